import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

const { Player, Silence } = await import("../../spaces/static/spaces/js/room/player.js");

class FakeElement extends EventTarget {
  paused = true;
  mayPlay = true;
  srcObject = null;

  async play() {
    if (!this.mayPlay) throw Object.assign(new Error(), { name: "NotAllowedError" });
    this.paused = false;
    this.dispatchEvent(new Event("playing"));
  }

  pause() {
    if (this.paused) return;
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
let element, silence, devices, outputs;

function playing() {
  const player = new Player(element, (why) => (silence = why));
  const track = new EventTarget();
  player.attach({ getTracks: () => [track] });
  return { player, track };
}

/** As a phone call does. */
function pausedBySystem() {
  element.pause();
  mock.timers.tick(300);
}

beforeEach(() => {
  element = new FakeElement();
  outputs = ["audiooutput"];
  devices = Object.assign(new EventTarget(), { enumerateDevices: async () => outputs.map((kind) => ({ kind })) });
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const own = new EventTarget();
  globalThis.addEventListener = own.addEventListener.bind(own);
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: devices }, configurable: true });
  mock.timers.enable({ apis: ["setTimeout"] });
});

afterEach(() => mock.timers.reset());

test("what the system pauses is said", async () => {
  playing();
  await settled();
  assert.equal(silence, null);
  pausedBySystem();
  assert.equal(silence, Silence.PAUSED);
});

for (const [when, happens] of Object.entries({
  "the page is seen again": () => document.dispatchEvent(new Event("visibilitychange")),
  "the page is tapped": () => document.dispatchEvent(new Event("click")),
  "a key is pressed": () => document.dispatchEvent(new Event("keydown")),
  "packets come again": ({ track }) => track.dispatchEvent(new Event("unmute")),
  "a device came": () => devices.dispatchEvent(new Event("devicechange")),
})) {
  test(`it plays again when ${when}`, async () => {
    const all = playing();
    await settled();
    pausedBySystem();
    happens(all);
    await settled();
    assert.equal(element.paused, false);
    assert.equal(silence, null);
  });
}

test("a browser that wants a tap gets one, wherever it is", async () => {
  element.mayPlay = false;
  playing();
  await settled();
  assert.equal(silence, Silence.BLOCKED);
  element.mayPlay = true;
  document.dispatchEvent(new Event("click"));
  await settled();
  assert.equal(silence, null);
});

test("an output that vanished is said, and found again", async () => {
  playing();
  await settled();
  outputs = [];
  devices.dispatchEvent(new Event("devicechange"));
  await settled();
  assert.equal(silence, Silence.NO_OUTPUT);
  outputs = ["audiooutput"];
  devices.dispatchEvent(new Event("devicechange"));
  await settled();
  assert.equal(silence, null);
});

test("what was stopped stays silent, whatever is tapped", async () => {
  const { player } = playing();
  await settled();
  player.stop();
  mock.timers.tick(300);
  document.dispatchEvent(new Event("click"));
  await settled();
  assert.equal(element.paused, true);
  assert.equal(silence, null);
});
