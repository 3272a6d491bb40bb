import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { RequestError, Socket } from "../../spaces/static/spaces/js/lib/socket.js";

/** The browser's end of a socket whose other end is the test. */
class FakeWebSocket {
  static OPEN = 1;
  static made = [];

  readyState = 0;
  sent = [];

  constructor(url) {
    this.url = url;
    FakeWebSocket.made.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  accept() {
    this.readyState = 1;
    this.onopen();
  }

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  hangUp(code) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

const latest = () => FakeWebSocket.made.at(-1);
let listeners = {};

beforeEach(() => {
  FakeWebSocket.made = [];
  listeners = {};
  globalThis.WebSocket = FakeWebSocket;
  globalThis.location = { protocol: "https:", host: "spaces.example" };
  globalThis.addEventListener = (name, run) => (listeners[name] = run);
  globalThis.removeEventListener = (name) => delete listeners[name];
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
});

afterEach(() => mock.timers.reset());

function opened(handlers = {}) {
  const socket = new Socket("/ws/home", handlers);
  socket.open();
  latest().accept();
  return socket;
}

test("it opens at our own host, encrypted where the page is", () => {
  opened();
  assert.equal(latest().url, "wss://spaces.example/ws/home");
});

test("a reply finds its request", async () => {
  const socket = opened();
  const reply = socket.request("people", { q: "ada" });
  assert.deepEqual(latest().sent, [{ type: "people", id: 1, q: "ada" }]);
  latest().say({ re: 1, data: { people: [] } });
  assert.deepEqual(await reply, { people: [] });
});

test("a refusal carries code, message and details", async () => {
  const socket = opened();
  const reply = socket.request("request.approve", { user_id: "2" });
  latest().say({ re: 1, error: { code: "stage_full", message: "All seats are taken.", details: { limit: 10 } } });
  await assert.rejects(reply, { code: "stage_full", details: { limit: 10 } });
});

test("a request without a reply fails in time", async () => {
  const reply = opened().request("join");
  mock.timers.tick(8_000);
  await assert.rejects(reply, { code: "no_reply" });
});

test("losing the connection fails every waiter at once", async () => {
  const socket = opened();
  const replies = [socket.request("mute"), socket.request("sync")];
  latest().hangUp(1006);
  for (const reply of replies) await assert.rejects(reply, { code: "connection_lost" });
});

test("without a connection a request is refused, not kept", async () => {
  await assert.rejects(new Socket("/ws/home", {}).request("mute"), RequestError);
});

test("it comes back by itself within a second", () => {
  const down = mock.fn();
  opened({ onDown: down });
  latest().hangUp(1006);
  assert.equal(down.mock.callCount(), 1);
  mock.timers.tick(1_000);
  assert.equal(FakeWebSocket.made.length, 2);
});

test("it comes back at once when the network does", () => {
  opened();
  latest().hangUp(1006);
  listeners.online();
  assert.equal(FakeWebSocket.made.length, 2);
});

test("after a flood it stays away for 15 seconds", () => {
  opened();
  latest().hangUp(4429);
  mock.timers.tick(14_999);
  assert.equal(FakeWebSocket.made.length, 1);
  mock.timers.tick(1);
  assert.equal(FakeWebSocket.made.length, 2);
});

test("a removed person is told why and does not come back", () => {
  const gone = mock.fn();
  opened({ onGone: gone });
  latest().say({ type: "bye", code: "removed", message: "You were removed from this Space." });
  latest().hangUp(4403);
  mock.timers.tick(60_000);
  assert.deepEqual(gone.mock.calls[0].arguments[0], { name: "removed", message: "You were removed from this Space." });
  assert.equal(FakeWebSocket.made.length, 1);
});

test("a page says in its own words why a socket was closed, and a reason that it does not know in the server's", () => {
  const gone = mock.fn();
  opened({ onGone: gone });
  latest().say({ type: "bye", code: "ended", message: "anything" });
  latest().hangUp(4410);
  assert.deepEqual(gone.mock.calls[0].arguments[0], { name: "ended", message: "The Space has ended." });
});

test("a connection that answers no ping is given up", async () => {
  opened();
  mock.timers.tick(10_000);
  assert.equal(latest().sent[0].type, "ping");
  mock.timers.tick(8_000);
  await Promise.resolve();
  await Promise.resolve();
  mock.timers.tick(1_000);
  assert.equal(FakeWebSocket.made.length, 2);
});

test("the answer to a ping is passed on, so that a gap is seen", async () => {
  const event = mock.fn();
  opened({ onEvent: event });
  mock.timers.tick(10_000);
  latest().say({ re: 1, data: { seq: 12, queue_seq: 3 } });
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(event.mock.calls[0].arguments[0], { type: "pong", seq: 12, queue_seq: 3 });
});

test("closing is for good", () => {
  const socket = opened();
  socket.close();
  mock.timers.tick(60_000);
  assert.equal(FakeWebSocket.made.length, 1);
});
