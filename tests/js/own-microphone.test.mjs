import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

/** The browser's microphone, which the test takes back, mutes and silences. */
class FakeTrack extends EventTarget {
  readyState = "live";
  enabled = true;
  muted = false;

  stop() {
    this.readyState = "ended";
  }

  /** What only the browser does: it tells the page. */
  end() {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }

  setMuted(isMuted) {
    this.muted = isMuted;
    this.dispatchEvent(new Event(isMuted ? "mute" : "unmute"));
  }
}

let loudness = 0.1;
globalThis.AudioContext = class {
  state = "running";
  createMediaStreamSource = () => ({ connect() {}, disconnect() {} });
};
globalThis.AnalyserNode = class {
  getFloatTimeDomainData(samples) {
    samples.fill(loudness);
  }
};
globalThis.MediaStream = class {
  getTracks = () => [];
  addTrack() {}
};
globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible", getElementById: () => null });
globalThis.addEventListener = () => {};

const { OwnMicrophone } = await import("../../spaces/static/spaces/js/room/own-microphone.js");
const { openMicrophone } = await import("../../spaces/static/spaces/js/room/microphone.js");
const { MicrophoneWatch } = await import("../../spaces/static/spaces/js/room/microphone-watch.js");

const ME = { id: "7", role: "speaker", muted: true, can: [] };
const settled = () => new Promise((resolve) => setImmediate(resolve));
let permissionState = "granted";
let tracks = [];
let prompt = null;

/** Stands where RoomAudio does, with the real watch and the real way to the device. */
class Device {
  isMuted = true;
  isOff = false;
  #track = null;
  #watch = null;

  get hasMicrophone() {
    return this.#track !== null;
  }

  get isSending() {
    return this.#track?.readyState === "live" && !this.#track.muted;
  }

  setMuted(isMuted) {
    this.isMuted = isMuted;
    if (this.#track) this.#track.enabled = !isMuted;
  }

  async speak(signal) {
    if (this.#track) return;
    this.#track = await openMicrophone(signal);
    this.#watch = new MicrophoneWatch(this.#track, (news) => this.owner.heard(news));
    this.owner.heard("opened");
  }

  dropMicrophone() {
    this.#watch?.stop();
    this.#track = this.#watch = null;
  }

  listen() {
    this.dropMicrophone();
  }
}

function onStage() {
  const sent = [];
  const audio = new Device();
  const microphone = new OwnMicrophone(audio, {
    send: async (type) => {
      sent.push(type);
      return true;
    },
    onChange: () => {},
  });
  audio.owner = microphone;
  return { microphone, sent, audio };
}

async function onAir() {
  const all = onStage();
  await all.microphone.unmute();
  return { ...all, track: tracks.at(-1) };
}

beforeEach(() => {
  loudness = 0.1;
  permissionState = "granted";
  tracks = [];
  prompt = null;
  const getUserMedia = async () => {
    await prompt;
    tracks.push(new FakeTrack());
    return { getAudioTracks: () => [tracks.at(-1)] };
  };
  const status = () => Object.assign(new EventTarget(), { state: permissionState });
  const given = { mediaDevices: { getUserMedia }, permissions: { query: async () => status() } };
  Object.defineProperty(globalThis, "navigator", { value: given, configurable: true });
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
});

afterEach(() => mock.timers.reset());

test("a track that ended is told as a mute, with the reason, and asked for anew", async () => {
  const { microphone, sent, track } = await onAir();
  permissionState = "denied";
  track.end();
  await settled();
  assert.deepEqual(sent, ["unmute", "mute"]);
  assert.match(microphone.fault.message, /took the microphone back/);
  await microphone.unmute();
  assert.equal(tracks.length, 2);
  assert.equal(microphone.fault, null);
  assert.deepEqual(sent, ["unmute", "mute", "unmute"]);
});

test("what ended while the page slept is found without an event", async () => {
  const { sent, track } = await onAir();
  track.readyState = "ended";
  mock.timers.tick(600);
  assert.deepEqual(sent, ["unmute", "mute"]);
});

test("a device that ends while one is muted is not told again", async () => {
  const { microphone, sent, track } = await onAir();
  microphone.mute();
  track.end();
  assert.deepEqual(sent, ["unmute", "mute"]);
});

test("muted by the system means muted, until the system lets go", async () => {
  const { microphone, sent, track } = await onAir();
  track.setMuted(true);
  assert.equal(microphone.isInterrupted, true);
  track.setMuted(false);
  assert.equal(microphone.isInterrupted, false);
  assert.deepEqual(sent, ["unmute", "mute", "unmute"]);
});

test("who was muted before the call stays muted after it", async () => {
  const { microphone, sent, track } = await onAir();
  microphone.mute();
  track.setMuted(true);
  track.setMuted(false);
  assert.deepEqual(sent, ["unmute", "mute"]);
});

test("nobody is shown on air whose device does not send", async () => {
  const { microphone, track } = await onAir();
  const told = { you: { ...ME, muted: false }, stage: [{ ...ME, muted: false }] };
  assert.equal(microphone.truthOf(told).stage[0].muted, false);
  track.readyState = "ended";
  assert.equal(microphone.truthOf(told).you.muted, true);
  assert.equal(microphone.truthOf(told).stage[0].muted, true);
});

test("an open microphone from which nothing comes for ten seconds is spoken of", async () => {
  const { microphone } = await onAir();
  loudness = 0;
  mock.timers.tick(9_500);
  assert.equal(microphone.isSilent, false);
  mock.timers.tick(500);
  assert.equal(microphone.isSilent, true);
  loudness = 0.001;
  mock.timers.tick(500);
  assert.equal(microphone.isSilent, false);
});

test("while a silent microphone is tried again nobody is told that it is open", async () => {
  const { microphone, sent } = await onAir();
  await microphone.reopen();
  assert.deepEqual(sent, ["unmute", "mute", "unmute"]);
  assert.equal(tracks.length, 2);
});

test("a muted microphone is silent, and that is no fault", async () => {
  const { microphone } = await onAir();
  loudness = 0;
  microphone.mute();
  mock.timers.tick(20_000);
  assert.equal(microphone.isSilent, false);
});

test("an unanswered prompt is said, can be canceled, and is asked again", async () => {
  let answer;
  prompt = new Promise((resolve) => (answer = resolve));
  const { microphone, sent } = onStage();
  const first = microphone.unmute();
  assert.equal(microphone.isAsking, false);
  mock.timers.tick(2_500);
  assert.equal(microphone.isAsking, true);
  microphone.cancel();
  await first;
  assert.equal(microphone.isAsking || microphone.isOpening, false);
  assert.equal(microphone.fault, null);
  answer();
  await settled();
  assert.equal(tracks[0].readyState, "ended", "what came too late was let go");
  assert.deepEqual(sent, []);
  await microphone.unmute();
  assert.deepEqual(sent, ["unmute"]);
});

test("who loses the seat while the browser asks is asked no more", async () => {
  prompt = new Promise(() => {});
  const { microphone } = onStage();
  const first = microphone.unmute();
  microphone.follow({ ...ME, role: "listener" });
  await first;
  assert.equal(microphone.isOpening, false);
});

test("while broadcasting software brings the voice, the page lets go of the device and only mutes and unmutes", async () => {
  const { microphone, sent, audio } = await onAir();
  const you = { ...ME, muted: false, broadcasting: true };
  microphone.follow(you);
  assert.equal(audio.hasMicrophone, false);
  assert.equal(microphone.truthOf({ you, stage: [you] }).you.muted, false);
  await microphone.mute();
  await microphone.unmute();
  assert.deepEqual(sent, ["unmute", "mute", "unmute"]);
  assert.equal(tracks.length, 1);
  microphone.follow({ ...ME, muted: true });
  await microphone.unmute();
  assert.equal(tracks.length, 2);
});
