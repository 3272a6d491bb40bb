import assert from "node:assert/strict";
import { test } from "node:test";

/** A connection that is up when the test says so. */
class FakeConnection {
  static made = [];
  connectionState = "new";
  onconnectionstatechange = null;
  localDescription = { sdp: "" };

  constructor() {
    FakeConnection.made.push(this);
  }

  addTransceiver() {}
  setConfiguration() {}
  async setLocalDescription() {}
  async setRemoteDescription() {}
  getReceivers = () => [{ getSynchronizationSources: () => [{}] }];
  close() {
    this.connectionState = "closed";
  }

  comeUp() {
    this.connectionState = "connected";
    this.onconnectionstatechange?.();
  }
}

class FakeTrack extends EventTarget {
  readyState = "live";
  enabled = true;
  muted = false;
  stop() {
    this.readyState = "ended";
  }
}

globalThis.RTCPeerConnection = FakeConnection;
globalThis.MediaStream = class {
  addTrack() {}
  getTracks = () => [];
};
globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible", getElementById: () => null });
globalThis.addEventListener = () => {};
Object.defineProperty(globalThis, "navigator", {
  configurable: true,
  value: { mediaDevices: { getUserMedia: async () => ({ getAudioTracks: () => [new FakeTrack()] }) } },
});

/** An element that can play as soon as it has an address. */
class FakeAudio extends EventTarget {
  static made = [];
  paused = true;
  currentTime = 0;
  seekable = { length: 0 };
  constructor() {
    super();
    FakeAudio.made.push(this);
  }

  set src(_) {
    setTimeout(() => this.dispatchEvent(new Event("canplay")));
  }

  async play() {
    this.paused = false;
  }

  pause() {
    this.paused = true;
  }

  removeAttribute() {}
  load() {}
}
globalThis.Audio = FakeAudio;
globalThis.fetch = async () => ({ ok: true });

const { RequestError } = await import("../../spaces/static/spaces/js/lib/socket.js");
const { RoomAudio, Sound } = await import("../../spaces/static/spaces/js/room/audio.js");

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const commandsOf = (sent) => sent.map(({ type, target }) => (target ? `${type} ${target}` : type)).filter((name) => !/candidate|servers/.test(name));

function pageAudio(signal) {
  const element = Object.assign(new EventTarget(), { play: async () => {}, pause() {}, paused: false, muted: false });
  return new RoomAudio(element, { signal, onChange() {}, onMicrophone() {} });
}

async function comesUp() {
  await settled();
  FakeConnection.made.at(-1).comeUp();
  await settled();
}

function listeningAudio(t, signal) {
  const element = Object.assign(new EventTarget(), { play: async () => {}, pause() {}, paused: false, muted: false });
  const audio = new RoomAudio(element, { signal, onChange() {}, onMicrophone() {} });
  t.after(() => audio.stop());
  audio.listen();
  return audio;
}

/** Return a signal that refuses `audio.speak` with each of `refusals` in turn, and then allows it. */
function refusing(refusals, asked) {
  return async (type) => {
    if (type === "audio.speak") {
      asked.push(type);
      if (refusals.length > 0) throw refusals.shift();
    }
    return { sdp: "", ice_servers: [] };
  };
}

const away = () => new RequestError({ code: "gateway_away", message: "Audio is temporarily unavailable. Try again." });

const tooMany = (retry_after) => new RequestError({ code: "too_many", message: "Too many.", details: { retry_after } });

test("a speaker whose connection fails in passing is connected without another tap", { timeout: 10_000 }, async (t) => {
  const asked = [];
  const audio = listeningAudio(t, refusing([away(), new Error("the server did not answer in time")], asked));
  await comesUp();
  const speaking = audio.speak(new AbortController().signal);
  while (asked.length < 3) await settled();
  await comesUp();
  await speaking;
  assert.ok(audio.isSending);
});

test("a speaker who is asked to wait a moment is connected after it", { timeout: 10_000 }, async (t) => {
  const asked = [];
  const audio = listeningAudio(t, refusing([tooMany(1)], asked));
  await comesUp();
  const begun = Date.now();
  const speaking = audio.speak(new AbortController().signal);
  while (asked.length < 2) await settled();
  assert.ok(Date.now() - begun >= 1_000);
  await comesUp();
  await speaking;
  assert.ok(audio.isSending);
});

test("a speaker who is asked to wait for long is told so at once", { timeout: 10_000 }, async (t) => {
  const asked = [];
  const audio = listeningAudio(t, refusing([tooMany(60)], asked));
  await comesUp();
  await assert.rejects(audio.speak(new AbortController().signal), { code: "too_many" });
  assert.equal(asked.length, 1);
});

test("a refusal that stays is told at once, and the microphone is released", { timeout: 10_000 }, async (t) => {
  const asked = [];
  const audio = listeningAudio(t, refusing([new RequestError({ code: "not_a_speaker", message: "No." })], asked));
  await comesUp();
  await assert.rejects(audio.speak(new AbortController().signal), { code: "not_a_speaker" });
  assert.equal(asked.length, 1);
  assert.ok(!audio.hasMicrophone);
});

test("a connection that keeps failing is told after three attempts", { timeout: 10_000 }, async (t) => {
  const asked = [];
  const audio = listeningAudio(t, refusing([away(), away(), away(), away()], asked));
  await comesUp();
  await assert.rejects(audio.speak(new AbortController().signal), { code: "gateway_away" });
  assert.equal(asked.length, 3);
  assert.ok(!audio.hasMicrophone);
});

test("a microphone that is opened again at once is not closed by the end of the one before", { timeout: 10_000 }, async (t) => {
  const sent = [];
  const signal = async (type, fields = {}) => {
    sent.push({ type, ...fields });
    return { sdp: "", ice_servers: [] };
  };
  const audio = listeningAudio(t, signal);
  await comesUp();
  const speaking = audio.speak(new AbortController().signal);
  await comesUp();
  await speaking;
  assert.deepEqual(commandsOf(sent), ["audio.listen", "audio.answer", "audio.speak", "audio.close listen"]);

  audio.dropMicrophone();
  await settled();
  const listening = FakeConnection.made.at(-1);
  const again = audio.speak(new AbortController().signal);
  await settled();
  const since = sent.length;
  listening.comeUp();
  await comesUp();
  await again;
  assert.equal(audio.sound, Sound.ON);
  assert.ok(!commandsOf(sent.slice(since)).includes("audio.close speak"));
});

test("a listener for whom the gateway has no room hears over HTTP, and returns when there is room", { timeout: 10_000 }, async (t) => {
  let isFull = true;
  const sent = [];
  const audio = pageAudio(async (type, fields = {}) => {
    sent.push({ type, ...fields });
    if (type === "audio.listen" && isFull) throw Object.assign(new Error(), { code: "gateway_full" });
    return { sdp: "", ice_servers: [], url: "/audience/path/live.m3u8" };
  });
  t.after(() => audio.stop());
  audio.listen();
  for (let turn = 0; turn < 10 && !audio.isOverHttp; turn++) await settled();
  assert.equal(audio.isOverHttp, true);
  assert.equal(audio.sound, Sound.ON);
  assert.equal(FakeAudio.made.at(-1).paused, false);

  isFull = false;
  audio.retry();
  await comesUp();
  assert.equal(audio.isOverHttp, false);
  assert.equal(FakeAudio.made.at(-1).paused, true);
  assert.ok(!commandsOf(sent).includes("audio.close http"), "the server knows nothing of it");

  await audio.makeRoom();
  for (let turn = 0; turn < 10 && !audio.isOverHttp; turn++) await settled();
  assert.equal(audio.isOverHttp, true);
  assert.ok(commandsOf(sent).includes("audio.close listen"), "another listener gets the place");
});

test("any other trouble of the gateway is no reason to hear late", { timeout: 10_000 }, async (t) => {
  const audio = pageAudio(async (type) => {
    if (type === "audio.listen") throw Object.assign(new Error(), { code: "gateway_away" });
    return { ice_servers: [], url: "/audience/path/live.m3u8" };
  });
  t.after(() => audio.stop());
  audio.listen();
  for (let turn = 0; turn < 10; turn++) await settled();
  assert.equal(audio.isOverHttp, false);
});

test("sound over HTTP plays in what the tap has allowed, each time", { timeout: 10_000 }, async (t) => {
  const audio = pageAudio(async (type) => {
    if (type === "audio.listen") throw new RequestError({ code: "gateway_full", message: "Full." });
    return { sdp: "", ice_servers: [], url: "/audience/path/live.m3u8" };
  });
  t.after(() => audio.stop());
  audio.play();
  const allowed = FakeAudio.made.length;
  for (let round = 0; round < 3; round++) {
    audio.listen();
    for (let turn = 0; turn < 10 && !audio.isOverHttp; turn++) await settled();
    assert.equal(audio.isOverHttp, true);
    assert.equal(FakeAudio.made.filter(({ paused }) => !paused).length, 1);
    audio.stop();
  }
  assert.equal(FakeAudio.made.length, allowed);
  assert.ok(FakeAudio.made.every(({ paused }) => paused));
});

test("a browser without WebRTC hears over HTTP, and says that it sends no voice", { timeout: 10_000 }, async (t) => {
  const { RTCPeerConnection: had } = globalThis;
  t.after(() => (globalThis.RTCPeerConnection = had));
  delete globalThis.RTCPeerConnection;
  const sent = [];
  const audio = pageAudio(async (type) => {
    sent.push(type);
    return { url: "/audience/path/live.m3u8" };
  });
  t.after(() => audio.stop());
  audio.prepare();
  audio.listen();
  for (let turn = 0; turn < 10 && !audio.isOverHttp; turn++) await settled();
  assert.equal(audio.isOverHttp, true);
  assert.equal(audio.isBlocked, false);
  assert.deepEqual(sent, ["audio.http"]);
  await assert.rejects(audio.speak(new AbortController().signal), { code: "no_webrtc" });
  assert.equal(audio.hasMicrophone, false);
  assert.equal(audio.isOverHttp, true);
});
