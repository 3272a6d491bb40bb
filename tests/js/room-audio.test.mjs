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

const { RoomAudio, Sound } = await import("../../spaces/static/spaces/js/audio.js");

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const commandsOf = (sent) => sent.map(({ type, target }) => (target ? `${type} ${target}` : type)).filter((name) => !/candidate|servers/.test(name));

async function comesUp() {
  await settled();
  FakeConnection.made.at(-1).comeUp();
  await settled();
}

test("a microphone that is opened again at once is not closed by the end of the one before", { timeout: 10_000 }, async (t) => {
  const sent = [];
  const signal = async (type, fields = {}) => {
    sent.push({ type, ...fields });
    return { sdp: "", ice_servers: [] };
  };
  const element = Object.assign(new EventTarget(), { play: async () => {}, pause() {}, paused: false, muted: false });
  const audio = new RoomAudio(element, { signal, onChange() {}, onMicrophone() {} });
  t.after(() => audio.stop());
  audio.listen();
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
