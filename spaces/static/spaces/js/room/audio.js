// The audio of this page. It listens to the mix until it has an open microphone; then the speaking connection brings
// the mix, too. Every change makes the new connection before it closes the old one, so that no sound is missed.

import { allowSound } from "../lib/allowed-audio.js";
import { backoff, wait } from "../lib/backoff.js";
import { gettext } from "../lib/i18n.js";
import { RequestError } from "../lib/socket.js";
import { chosenDevices } from "./devices.js";
import { Canceled, MicrophoneError, applyProcessing, openMicrophone } from "./microphone.js";
import { MicrophoneWatch, News } from "./microphone-watch.js";
import { HttpPeer, ListenPeer, NO_WEBRTC, NoPath, SpeakPeer, hasWebRtc } from "./peer.js";
import { Player } from "./player.js";

export const Sound = Object.freeze({ OFF: "off", CONNECTING: "connecting", ON: "on", LOST: "lost" });

const LISTEN = "listen";
const SPEAK = "speak";
const HTTP = "http";
/** The code of the refusal of a gateway that has no room for one more listener. */
const FULL = "gateway_full";
const SPREAD = 500;
/** How often the speaking connection is tried before the user is told that it failed. */
const SPEAK_ATTEMPTS = 3;
/** The codes of refusals that a moment later may be gone. */
const PASSING = new Set(["gateway_away", "no_reply", "connection_lost", "offline", "too_many"]);
/** The longest wait, in seconds, that a server may ask of a speaker before that is told to the user. */
const PATIENCE = 5;
/** How long a listener over HTTP waits before the next attempt to hear without delay: this and up to as much again. */
const TRY_AGAIN_AFTER = 60_000;
const MUTE_BROWSER = { code: "no_webrtc", message: gettext("This browser cannot send your voice."), advice: NO_WEBRTC };

/**
 * `signal(type, fields)` sends a command and resolves with its reply.
 * `onChange()` is called when `sound` or `silence` changed; `onMicrophone(news)` when the device did something by itself.
 */
export class RoomAudio {
  #signal;
  #onChange;
  #onMicrophone;
  #player;
  #spare = null;
  #peer = null;
  #coming = null;
  #track = null;
  /** The id of the device that was chosen when the microphone was opened. */
  #device = "";
  #watch = null;
  #isMuted = true;
  #target = null;
  /** The number of the current run. Each change starts a new run; an older run finds a newer number and ends. */
  #run = 0;
  #hurry = () => {};

  sound = Sound.OFF;
  /** Why the attached stream does not play: one of `Silence`, or null. */
  silence = null;

  /** Whether the last attempt found no way through the network. The next attempts go on meanwhile. */
  isBlocked = false;

  constructor(element, { signal, onChange, onMicrophone }) {
    this.#signal = signal;
    this.#onChange = onChange;
    this.#onMicrophone = onMicrophone;
    this.#player = new Player(element, (silence) => this.#changed({ silence }));
    this.#player.setOutput(chosenDevices().output);
  }

  /** Whether the sound comes over HTTP, a few seconds late. */
  get isOverHttp() {
    return this.#peer?.target === HTTP;
  }

  /** The time of day of what is heard now, in milliseconds, or null if it is now, or not known. */
  get date() {
    return this.isOverHttp ? this.#peer.date : null;
  }

  get isOff() {
    return this.sound === Sound.OFF;
  }

  get hasMicrophone() {
    return this.#track !== null;
  }

  /** Whether the device sends, so that its sound can leave this page. */
  get isSending() {
    return this.#track?.readyState === "live" && !this.#track.muted;
  }

  /** Prepare a connection before it is known to be needed, to save time between a tap and the sound. */
  prepare() {
    if (hasWebRtc()) this.#spare ??= new RTCPeerConnection();
  }

  /** Start playing. Call this inside a tap, because browsers allow it only there. */
  play() {
    allowSound();
    return this.#player.play();
  }

  /** Pause until the next tap or `play()`. */
  pause() {
    this.#player.pause();
  }

  /** Be mute, but go on playing: the next moment may be wanted at once. */
  hush(isHushed) {
    this.#player.hush(isHushed);
  }

  listen() {
    if (this.#target === LISTEN) return;
    this.#releaseMicrophone();
    this.#keep(LISTEN);
  }

  /** Speak. Resolves once others can hear. Rejects with `MicrophoneError`, `Canceled` or the server's refusal; the page
   *  then keeps listening. */
  async speak(signal) {
    if (!hasWebRtc()) throw new MicrophoneError(MUTE_BROWSER);
    if (this.#track && this.#track.readyState !== "live") this.dropMicrophone();
    if (this.#target === SPEAK) return;
    if (this.#track === null) await this.#openMicrophone(signal);
    const peer = await this.#connectedSpeaker(signal);
    if (signal.aborted) throw this.#unspoken(peer);
    this.#keep(SPEAK, peer);
  }

  /** Go back to the sound over HTTP, so that another listener finds room at the gateway. Nothing is missed: the old
   *  connection goes on until the new one plays. */
  async makeRoom() {
    const run = this.#run;
    if (this.#target !== LISTEN || this.isOverHttp) return;
    const peer = await this.#connected(HTTP).catch(() => null);
    if (run === this.#run && peer) this.#keep(LISTEN, peer);
    else peer?.close();
  }

  /** Release the device and its connection, and keep listening. The next `speak()` asks for the device again. */
  dropMicrophone() {
    this.#releaseMicrophone();
    if (this.#coming?.target === SPEAK) this.#coming.giveUp();
    if (this.#target === SPEAK) this.listen();
  }

  get isMuted() {
    return this.#isMuted;
  }

  setMuted(isMuted) {
    this.#isMuted = isMuted;
    if (this.#track) this.#track.enabled = !isMuted;
  }

  async useMicrophoneSettings() {
    if (this.#track) await applyProcessing(this.#track);
  }

  /** The stream of the open microphone, or null. */
  get microphoneStream() {
    return this.#track?.readyState === "live" ? new MediaStream([this.#track]) : null;
  }

  /** Use the devices that the user has chosen. Rejects with `MicrophoneError`; the old microphone then stays. */
  async useDevices() {
    this.#peer?.useDevices();
    await this.#player.setOutput(chosenDevices().output);
    const { microphone } = chosenDevices();
    if (this.#track && this.#target === SPEAK && this.#device !== microphone) await this.#changeMicrophone();
  }

  async #changeMicrophone() {
    const old = this.#track;
    const run = this.#run;
    const track = await openMicrophone(new AbortController().signal);
    if (run !== this.#run || this.#track !== old) return track.stop();
    track.enabled = !this.#isMuted;
    this.#releaseMicrophone();
    this.#watchOver(track);
    await this.#peer?.replaceTrack?.(track);
    this.#onMicrophone(News.OPENED);
  }

  /** Replace the connections `targets`: the gateway has lost them, even if the browser has not noticed. */
  rebuild(targets) {
    if (!targets.includes(this.#target)) return;
    (this.#coming ?? this.#peer)?.giveUp();
    this.retry();
  }

  /** Make new connections in place of all that are in use. */
  rebuildAll() {
    this.rebuild([LISTEN, SPEAK]);
  }

  /** Start the next attempt at once, if one is waiting. */
  retry() {
    this.#hurry();
  }

  stop() {
    this.#run++;
    this.#target = null;
    this.#hurry();
    this.#releaseMicrophone();
    this.#coming?.giveUp();
    this.#peer?.close();
    this.#spare?.close();
    this.#peer = this.#spare = null;
    this.#player.stop();
    this.#changed({ sound: Sound.OFF, isBlocked: false });
  }

  /** Keep a connection of this kind up until another kind is wanted. */
  async #keep(target, peer = null) {
    const run = ++this.#run;
    this.#target = target;
    this.#hurry();
    if (this.#peer === null) this.#changed({ sound: Sound.CONNECTING });
    for (let attempt = 0; run === this.#run; attempt++) {
      // A new connection would send nothing, because the device is dead.
      if (target === SPEAK && this.#track?.readyState !== "live") return this.#onMicrophone(News.ENDED);
      peer ??= await this.#connected(target).catch((error) => this.#overHttp(target, error));
      if (run !== this.#run) return peer?.close();
      if (peer) {
        attempt = 0;
        peer = await (peer.target === HTTP ? this.#late(peer, run) : this.#lost(peer, run));
      } else {
        await this.#pause(backoff(attempt));
      }
    }
  }

  /** Use a connection until it is lost. Resolves with null: there is none to go on with. */
  async #lost(peer, run) {
    this.#use(peer);
    await peer.lost;
    if (run !== this.#run) return null;
    this.#changed({ sound: Sound.LOST });
    // Wait a random time: when a gateway fails, all pages lose it in the same moment.
    await this.#pause(Math.random() * SPREAD);
    return null;
  }

  /** Use a connection over HTTP until it is lost, or until there is one without delay, which is returned. */
  async #late(peer, run) {
    let isLost = false;
    peer.lost.then(() => (isLost = true));
    this.#use(peer);
    while (run === this.#run) {
      await Promise.race([peer.lost, this.#pause(TRY_AGAIN_AFTER * (1 + Math.random()))]);
      if (run !== this.#run) return null;
      if (isLost) break;
      const better = await this.#connected(LISTEN).catch(() => null);
      if (better && run === this.#run) return better;
      better?.close();
    }
    if (run === this.#run) this.#changed({ sound: Sound.LOST });
    return null;
  }

  /** Return a connection over HTTP if that is what helps, or null. */
  async #overHttp(target, error) {
    const isBlocked = error instanceof NoPath;
    if (target !== LISTEN || !(isBlocked || error.code === FULL)) return null;
    return this.#connected(HTTP).catch(() => {
      this.#changed({ isBlocked });
      return null;
    });
  }

  async #connected(target) {
    const peer = this.#make(target);
    this.#coming = peer;
    try {
      await peer.connect();
      this.#changed({ isBlocked: false });
      if (this.#peer) await peer.heard();
      return peer;
    } catch (error) {
      peer.close();
      if (error instanceof NoPath && this.#peer === null) this.#changed({ isBlocked: true });
      throw error;
    } finally {
      if (this.#coming === peer) this.#coming = null;
    }
  }

  /** Connect as a speaker. A failure of the network or the gateway is tried again, as it is for listeners. */
  async #connectedSpeaker(signal) {
    const track = this.#track;
    const isWanted = () => this.#track === track && !signal.aborted;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#connected(SPEAK);
      } catch (error) {
        if (attempt + 1 === SPEAK_ATTEMPTS || !isWanted() || !isPassing(error)) throw this.#unconnected(track, error);
        await wait((error.secondsToWait ?? 0) * 1000 + backoff(attempt));
      }
      if (!isWanted()) throw this.#unconnected(track, new Canceled());
    }
  }

  /** Release the microphone that could not be connected. */
  #unconnected(track, error) {
    if (this.#track === track) this.#releaseMicrophone();
    return error;
  }

  #make(target) {
    if (target === HTTP) return new HttpPeer(this.#signal);
    if (!hasWebRtc()) throw new NoPath(NO_WEBRTC);
    if (target === SPEAK) return new SpeakPeer(this.#signal, this.#track);
    const peer = new ListenPeer(this.#signal, this.#spare ?? undefined);
    this.#spare = null;
    return peer;
  }

  #use(peer) {
    const old = this.#peer;
    this.#peer = peer;
    if (peer.target === HTTP) peer.onElement = (element) => this.#player.attachElement(element);
    if (peer.target === HTTP) this.#player.attachElement(peer.element);
    else this.#player.attach(peer.stream);
    if (old !== peer) old?.close();
    // One that is on its way takes the place of the old one at the server, which would close the new one now.
    if (old && old.target !== HTTP && old.target !== peer.target && this.#coming?.target !== old.target) {
      // Ignore a failure: the server removes unused connections anyway when the person leaves.
      this.#signal("audio.close", { target: old.target }).catch(() => {});
    }
    this.#changed({ sound: Sound.ON });
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #openMicrophone(signal) {
    const run = this.#run;
    const track = await openMicrophone(signal);
    if (run !== this.#run) {
      track.stop();
      throw new Canceled();
    }
    track.enabled = !this.#isMuted;
    this.#watchOver(track);
    this.#onMicrophone(News.OPENED);
  }

  #watchOver(track) {
    this.#track = track;
    this.#device = chosenDevices().microphone;
    this.#watch = new MicrophoneWatch(track, (news) => this.#onMicrophone(news));
  }

  #releaseMicrophone() {
    this.#watch?.stop();
    this.#track?.stop();
    this.#track = this.#watch = null;
  }

  /** Close a connection that is no longer wanted. */
  #unspoken(peer) {
    peer.close();
    this.#signal("audio.close", { target: SPEAK }).catch(() => {});
    this.#releaseMicrophone();
    return new Canceled();
  }

  #changed(changes) {
    const isNew = Object.entries(changes).some(([name, value]) => this[name] !== value);
    Object.assign(this, changes);
    if (isNew) this.#onChange();
  }
}

function isPassing(error) {
  return !(error instanceof RequestError) || (PASSING.has(error.code) && error.secondsToWait <= PATIENCE);
}
