import assert from "node:assert/strict";
import { mock, test } from "node:test";

/** An audio element that plays what it is told to. */
class FakeAudio extends EventTarget {
  paused = true;
  ended = false;
  error = null;
  currentTime = 0;
  readyState = 4;
  loads = 0;

  play() {
    this.paused = false;
    return Promise.resolve();
  }

  removeAttribute() {}

  pause() {
    this.paused = true;
  }

  load() {
    this.loads += 1;
    this.paused = true;
    this.error = null;
    this.currentTime = 0;
    this.readyState = 0;
  }

  fail() {
    this.error = { code: 2 };
    this.dispatchEvent(new Event("error"));
  }

  know() {
    this.readyState = 4;
    this.dispatchEvent(new Event("loadedmetadata"));
  }
}

let audio;
globalThis.Audio = class extends FakeAudio {
  constructor() {
    super();
    audio = this;
  }
};
globalThis.HTMLMediaElement = { HAVE_METADATA: 1 };
const { replay } = await import("../../spaces/static/spaces/js/replay/replay.js");

globalThis.navigator ??= {};

const data = { sound: "/sound", starts_ms: 0, duration_ms: 600_000, title: "", host: { name: "Ada" }, turns: [] };

test("a sound whose address has expired goes on where it was, and one that is broken does not load for ever", async () => {
  mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  replay.take("1abc", data);
  await replay.play();
  audio.currentTime = 300;
  audio.fail();
  audio.know();
  assert.deepEqual([audio.loads, audio.currentTime, replay.isPlaying], [1, 300, true]);
  audio.fail();
  assert.equal(audio.loads, 1);
  assert.ok(replay.isBroken);
  mock.timers.tick(60_000);
  audio.fail();
  audio.know();
  assert.deepEqual([audio.loads, audio.currentTime], [2, 300]);
});

test("a sound that was never there is not asked for again", () => {
  replay.take("2abc", data);
  audio.fail();
  assert.equal(audio.loads, 0);
});
