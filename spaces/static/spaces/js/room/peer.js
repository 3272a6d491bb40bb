// One connection to the mix: by WebRTC, or over HTTP. `signal(type, fields)` carries SDP and ICE over our own socket.

import { gettext } from "../lib/i18n.js";
import { wait } from "../lib/backoff.js";
import { STABLE_MS, chosenDevices } from "./devices.js";
import { HttpSound } from "../lib/http-sound.js";

const CONNECTED_WITHIN = 8_000;
/** The time that a "disconnected" connection gets to come back by itself, as it often does. */
const SILENT_FOR = 2_500;
/** The longest wait between the connection and its first sound. After it, silence is taken as real. */
const HEARD_WITHIN = 1_000;
const LOOK_EVERY = 20;
/** The packager starts when the first listener comes: its first segments are there this long after. */
const THERE_WITHIN = 20_000;
const ASK_EVERY = 700;
/** How often it is asked whether the address over HTTP is still the same. */
const RENEW_EVERY = 20_000;

/** No way through the network was found, although the server answered. */
export class NoPath extends Error {}

export const NO_WEBRTC = gettext("This browser has no WebRTC, or it is switched off. Use another browser.");

/** Whether this browser can connect to the gateway. WebKitGTK cannot, and some browsers let their users forbid it. */
export const hasWebRtc = () => typeof RTCPeerConnection === "function";

class Peer {
  #signal;
  #connection;
  #unsent = [];
  #answered = false;
  #lose;
  #silence = 0;
  #fail = () => {};

  /** Resolves when the connection, once up, is lost. */
  lost = new Promise((resolve) => (this.#lose = resolve));
  /** The stream that it receives. */
  stream = new MediaStream();

  constructor(signal, connection = new RTCPeerConnection()) {
    this.#signal = signal;
    this.#connection = connection;
    connection.ontrack = ({ track, receiver }) => {
      this.stream.addTrack(track);
      setDelay(receiver);
    };
    connection.onicecandidate = ({ candidate }) => this.#candidate(candidate);
  }

  get connection() {
    return this.#connection;
  }

  async connect() {
    await Promise.race([this.#deadline(), this.#negotiated()]);
    this.#watch();
  }

  /** Buffer the sound as long as the user wants it. */
  useDevices() {
    this.#connection.getReceivers().forEach(setDelay);
  }

  /** Resolves with its first sound, or after a short wait. */
  async heard() {
    const deadline = performance.now() + HEARD_WITHIN;
    let isLost = false;
    this.lost.then(() => (isLost = true));
    while (!isLost && !this.#plays() && performance.now() < deadline) await wait(LOOK_EVERY);
  }

  /** Treat the connection as lost, whatever its state is. */
  giveUp() {
    this.#fail(new Error("given up"));
    this.#lose();
  }

  close() {
    clearTimeout(this.#silence);
    const connection = this.#connection;
    connection.ontrack = connection.onicecandidate = connection.onconnectionstatechange = null;
    connection.close();
  }

  /** Use the relays that the site offers. Their credentials are of this connection only. */
  async prepare(signal) {
    // Without an answer the direct way may still be open.
    const { ice_servers: iceServers } = await signal("audio.servers").catch(() => ({ ice_servers: [] }));
    if (iceServers.length > 0) this.#connection.setConfiguration({ iceServers });
  }

  async #negotiated() {
    await this.negotiate(this.#signal);
    this.#answered = true;
    for (const candidate of this.#unsent.splice(0)) this.#send(candidate);
    await this.#up();
  }

  #plays() {
    return this.#connection.getReceivers().some((receiver) => receiver.getSynchronizationSources().length > 0);
  }

  #deadline() {
    return new Promise((_, reject) => {
      this.#fail = reject;
      setTimeout(() => reject(this.#answered ? new NoPath(gettext("no way to the audio was found")) : new Error(gettext("the server did not answer in time"))), CONNECTED_WITHIN);
    });
  }

  #up() {
    const connection = this.#connection;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (connection.connectionState === "connected") resolve();
        if (connection.connectionState === "failed") reject(new NoPath(gettext("no way to the audio was found")));
      };
      connection.onconnectionstatechange = look;
      look();
    });
  }

  #watch() {
    const connection = this.#connection;
    connection.onconnectionstatechange = () => {
      clearTimeout(this.#silence);
      if (connection.connectionState === "disconnected") this.#silence = setTimeout(this.#lose, SILENT_FOR);
      if (connection.connectionState === "failed") this.#lose();
    };
  }

  /** Send candidates, or keep them back until the other side knows their connection. */
  #candidate(candidate) {
    // Skip the empty candidate, which ends one generation. Null always follows and ends them all.
    if (candidate?.candidate === "") return;
    const plain = candidate && candidate.toJSON();
    if (this.#answered) this.#send(plain);
    else this.#unsent.push(plain);
  }

  #send(candidate) {
    // Ignore the failure of one candidate. Others remain, and without any the connection itself fails.
    this.#signal("audio.candidate", { target: this.target, candidate }).catch(() => {});
  }
}

/** A browser without this buffers as it likes. */
function setDelay(receiver) {
  receiver.jitterBufferTarget = chosenDevices().isStable ? STABLE_MS : null;
}

/** Connect as a listener, which hears the mix. The gateway makes the offer. */
export class ListenPeer extends Peer {
  target = "listen";

  async negotiate(signal) {
    // Both at once: the offer needs no servers, our own candidates do.
    const [, { sdp }] = await Promise.all([this.prepare(signal), signal("audio.listen")]);
    await this.connection.setRemoteDescription({ type: "offer", sdp });
    await this.connection.setLocalDescription();
    await signal("audio.answer", { sdp: this.connection.localDescription.sdp });
  }
}

/** Connect as a speaker, who hears the mix without the own voice. The browser makes the offer. */
export class SpeakPeer extends Peer {
  target = "speak";

  constructor(signal, track) {
    super(signal);
    this.connection.addTransceiver(track, { direction: "sendrecv" });
  }

  /** Send another microphone from now on. */
  replaceTrack(track) {
    return this.connection.getSenders()[0].replaceTrack(track);
  }

  async negotiate(signal) {
    await this.prepare(signal);
    await this.connection.setLocalDescription();
    const { sdp } = await signal("audio.speak", { sdp: this.connection.localDescription.sdp });
    await this.connection.setRemoteDescription({ type: "answer", sdp });
  }
}

/** Listen over HTTP, a few seconds late: for a network that lets no WebRTC through, or a gateway without room. */
export class HttpPeer {
  target = "http";
  #signal;
  #sound = null;
  #url = null;
  #timer = 0;
  #lose;
  #isClosed = false;
  #isMoving = false;

  /** Resolves when the connection, once up, is lost. */
  lost = new Promise((resolve) => (this.#lose = resolve));
  /** Called when another audio element plays the sound from now on. */
  onElement = () => {};

  constructor(signal) {
    this.#signal = signal;
  }

  /** The audio element that plays it. */
  get element() {
    return this.#sound.element;
  }

  /** The time of day of what is heard now, in milliseconds, or null. */
  get date() {
    return this.#sound?.date ?? null;
  }

  async connect() {
    const { url } = await this.#signal("audio.http");
    await this.#play(url);
    this.#renewLater();
  }

  /** Resolves when it can be heard; `connect` has waited for that. */
  async heard() {}

  giveUp() {
    this.#lose();
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#sound?.close();
  }

  async #play(url) {
    await this.#isThere(url);
    const sound = new HttpSound();
    sound.addEventListener("trouble", () => this.#sound === sound && this.#renew());
    sound.addEventListener("lost", () => this.#sound === sound && !this.#isMoving && this.#lose());
    try {
      await sound.open(url, "live");
    } catch (error) {
      sound.close();
      throw error;
    }
    if (this.#isClosed) return sound.close();
    const before = this.#sound;
    [this.#sound, this.#url] = [sound, url];
    this.onElement(sound.element);
    before?.close();
  }

  async #isThere(url) {
    const deadline = performance.now() + THERE_WITHIN;
    while (!this.#isClosed && performance.now() < deadline) {
      const response = await fetch(url, { credentials: "omit" }).catch(() => null);
      if (response?.ok) return;
      await wait(ASK_EVERY);
    }
    throw new Error("the sound over HTTP did not come in time");
  }

  #renewLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew(), RENEW_EVERY);
  }

  /** Ask for the address again. It changes when a listener is put out; then go on at the new one. */
  async #renew() {
    if (this.#isMoving || this.#isClosed) return;
    this.#isMoving = true;
    try {
      const { url } = await this.#signal("audio.http");
      if (url !== this.#url) await this.#play(url);
    } catch {
      // Ignore it: the sound goes on while it can, and says itself when it is lost.
    } finally {
      this.#isMoving = false;
      if (!this.#isClosed) this.#renewLater();
    }
  }
}
