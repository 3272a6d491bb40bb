// The audio of this page. It listens to the mix until it has an open microphone; then the speaking connection brings
// the mix, too. Every change makes the new connection before it closes the old one, so that no sound is missed.

import { backoff } from "./backoff.js";
import { Canceled, applyProcessing, openMicrophone } from "./microphone.js";
import { MicrophoneWatch, News } from "./microphone-watch.js";
import { ListenPeer, NoPath, SpeakPeer } from "./peer.js";
import { Player } from "./player.js";

export const Sound = Object.freeze({ OFF: "off", CONNECTING: "connecting", ON: "on", LOST: "lost" });

const LISTEN = "listen";
const SPEAK = "speak";
const SPREAD = 500;

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
    this.#spare ??= new RTCPeerConnection();
  }

  /** Start playing. Call this inside a tap, because browsers allow it only there. */
  play() {
    return this.#player.play();
  }

  /** Pause until the next tap or `play()`. */
  pause() {
    this.#player.pause();
  }

  listen() {
    if (this.#target === LISTEN) return;
    this.#releaseMicrophone();
    this.#keep(LISTEN);
  }

  /** Speak. Resolves once others can hear. Rejects with `MicrophoneError`, `Canceled` or the server's refusal; the page
   *  then keeps listening. */
  async speak(signal) {
    if (this.#track && this.#track.readyState !== "live") this.dropMicrophone();
    if (this.#target === SPEAK) return;
    if (this.#track === null) await this.#openMicrophone(signal);
    const peer = await this.#connected(SPEAK);
    if (signal.aborted) throw this.#unspoken(peer);
    this.#keep(SPEAK, peer);
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
      peer ??= await this.#connected(target).catch(() => null);
      if (run !== this.#run) return peer?.close();
      if (peer) {
        attempt = 0;
        await this.#lost(peer, run);
        peer = null;
      } else {
        await this.#pause(backoff(attempt));
      }
    }
  }

  async #lost(peer, run) {
    this.#use(peer);
    await peer.lost;
    if (run !== this.#run) return;
    this.#changed({ sound: Sound.LOST });
    // Wait a random time: when a gateway fails, all pages lose it in the same moment.
    await this.#pause(Math.random() * SPREAD);
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
      if (target === SPEAK && this.#target !== SPEAK) this.#releaseMicrophone();
      throw error;
    } finally {
      if (this.#coming === peer) this.#coming = null;
    }
  }

  #make(target) {
    if (target === SPEAK) return new SpeakPeer(this.#signal, this.#track);
    const peer = new ListenPeer(this.#signal, this.#spare ?? undefined);
    this.#spare = null;
    return peer;
  }

  #use(peer) {
    const old = this.#peer;
    this.#peer = peer;
    this.#player.attach(peer.stream);
    old?.close();
    // One that is on its way takes the place of the old one at the server, which would close the new one now.
    if (old && old.target !== peer.target && this.#coming?.target !== old.target) {
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
    this.#track = track;
    this.#watch = new MicrophoneWatch(track, (news) => this.#onMicrophone(news));
    this.#onMicrophone(News.OPENED);
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
