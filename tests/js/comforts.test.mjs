import assert from "node:assert/strict";
import { test } from "node:test";

import { clearMedia, keepScreenOn, local, permission, session, showMedia, tabs, watchPermission } from "../../spaces/static/spaces/js/lib/comforts.js";
import { LockScreen } from "../../spaces/static/spaces/js/room/lock-screen.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function give(navigator) {
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
}

function throwing(name) {
  Object.defineProperty(globalThis, name, { get: () => { throw new Error("SecurityError"); }, configurable: true });
}

test("where all site data is blocked everything goes on, and is kept as long as the page", () => {
  for (const name of ["localStorage", "sessionStorage"]) throwing(name);
  for (const store of [local, session]) {
    assert.equal(store.get("a"), null);
    store.set("a", "1");
    assert.equal(store.get("a"), "1");
    store.remove("a");
    assert.equal(store.get("a"), null);
  }
});

test("a browser without any of it is no fault", async () => {
  throwing("BroadcastChannel");
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  give({});
  assert.equal(await permission("microphone"), null);
  watchPermission("microphone", assert.fail)();
  keepScreenOn()();
  showMedia({ title: "a", artist: "b", isPlaying: true }, { play: () => {} });
  clearMedia(["play"]);
  const channel = tabs("a");
  channel.onMessage = assert.fail;
  channel.post("b");
});

test("the screen is kept on again when the page is back in sight, and let go in the end", async () => {
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const locks = [];
  give({ wakeLock: { request: async () => locks[locks.push({ released: 0, release: async () => {} }) - 1] } });
  const let_go = keepScreenOn();
  await settled();
  assert.equal(locks.length, 1);
  document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(locks.length, 2);
  let_go();
  document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(locks.length, 2);
});

test("an action that the browser does not know hinders none of the others", () => {
  const known = {};
  const setActionHandler = (name, handler) => {
    if (name === "hangup") throw new TypeError("unknown");
    known[name] = handler;
  };
  give({ mediaSession: { setActionHandler } });
  globalThis.MediaMetadata = class { constructor(data) { Object.assign(this, data); } };
  showMedia({ title: "Talk", artist: "Ada", isPlaying: true }, { hangup: () => {}, pause: () => {} });
  assert.equal(navigator.mediaSession.metadata.title, "Talk");
  assert.equal(navigator.mediaSession.playbackState, "playing");
  assert.equal(typeof known.pause, "function");
});

// --- The Space outside of its page ---------------------------------------------------------------------------------------

/** A speaker's room, with what its browser was asked for. */
function speaking() {
  const asked = { handlers: {}, locks: 0, released: 0, done: [] };
  const lock = { release: async () => (asked.released += 1) };
  const mediaSession = { setActionHandler: (name, handler) => (asked.handlers[name] = handler), setMicrophoneActive: (on) => (asked.isOn = on) };
  give({ mediaSession, wakeLock: { request: async () => ((asked.locks += 1), lock) } });
  globalThis.MediaMetadata = class { constructor(data) { Object.assign(this, data); } };
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const room = Object.assign(new EventTarget(), {
    isInside: true,
    state: { space: { title: "Talk", host: { name: "Ada" } }, you: { role: "speaker", muted: false, can: ["leave"] } },
    audio: { silence: null, play: () => asked.done.push("play"), pause: () => asked.done.push("pause") },
    microphone: { mute: () => asked.done.push("mute"), unmute: () => asked.done.push("unmute") },
    leave: () => asked.done.push("leave"),
  });
  new LockScreen(room);
  room.dispatchEvent(new Event("change"));
  return { room, asked };
}

test("while one is on air the screen stays on, and only then", async () => {
  const { room, asked } = speaking();
  await settled();
  assert.equal(asked.locks, 1);
  room.state.you.muted = true;
  room.dispatchEvent(new Event("change"));
  await settled();
  assert.equal(asked.released, 1);
});

test("the lock screen shows the Space, plays, mutes and leaves", () => {
  const { room, asked } = speaking();
  assert.equal(navigator.mediaSession.metadata.title, "Talk");
  assert.equal(asked.isOn, true);
  for (const action of ["play", "pause", "togglemicrophone", "hangup"]) asked.handlers[action]();
  assert.deepEqual(asked.done, ["play", "pause", "mute", "leave"]);
  room.state.you = { role: "host", muted: true, can: [] };
  room.dispatchEvent(new Event("change"));
  assert.equal(asked.handlers.hangup, null, "a host ends a Space, and not by a key of a headset");
  room.isInside = false;
  room.dispatchEvent(new Event("change"));
  assert.equal(navigator.mediaSession.metadata, null);
  assert.equal(asked.handlers.play, null);
});
