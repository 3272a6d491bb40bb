// A watch over an open microphone: a device may stop sending by itself, and the page must not keep showing "on air".

import { watchPermission } from "../lib/comforts.js";
import { earOf } from "./ear.js";

export const News = Object.freeze({
  /** The person and the browser allow the microphone. */
  OPENED: "opened",
  /** The track has ended: the device was unplugged, another program took it, or the permission was withdrawn. */
  ENDED: "ended",
  /** The system mutes the microphone, as during a phone call or by a switch on the device. */
  INTERRUPTED: "interrupted",
  RESUMED: "resumed",
  /** An open microphone has sent complete silence for a while. */
  SILENT: "silent",
  HEARD: "heard",
});

const LISTEN_EVERY = 500;
const SILENT_AFTER = 10_000;
/** 0.7 s of samples, so that no word falls between two measurements. */
const WINDOW = 32_768;
/** One step of 16 bits. The quietest room is louder than this; a switched-off microphone is not. */
const NOTHING = 1 / 32_768;

export class MicrophoneWatch {
  #track;
  #tell;
  #ear;
  #timer;
  #unwatch;
  #silentFor = 0;
  #isSilent = false;
  #onEnded = () => this.#tell(News.ENDED);
  #onMute = () => this.#tell(News.INTERRUPTED);
  #onUnmute = () => this.#tell(News.RESUMED);

  /** `tell(news)` is called until `stop()`. */
  constructor(track, tell) {
    this.#track = track;
    this.#tell = tell;
    track.addEventListener("ended", this.#onEnded);
    track.addEventListener("mute", this.#onMute);
    track.addEventListener("unmute", this.#onUnmute);
    this.#unwatch = watchPermission("microphone", (state) => this.#permitted(state));
    this.#ear = earOf(new MediaStream([track]), { window: WINDOW });
    this.#timer = setInterval(() => this.#listen(), LISTEN_EVERY);
  }

  stop() {
    this.#tell = () => {};
    this.#track.removeEventListener("ended", this.#onEnded);
    this.#track.removeEventListener("mute", this.#onMute);
    this.#track.removeEventListener("unmute", this.#onUnmute);
    clearInterval(this.#timer);
    this.#unwatch();
    this.#ear?.close();
  }

  #permitted(state) {
    // Firefox reports "prompt" for a permission given for one time only, and its track stays alive.
    if (state === "denied" || (state === "prompt" && this.#track.readyState === "ended")) this.#tell(News.ENDED);
  }

  #listen() {
    // Check again: a page that was frozen, or whose machine slept, may have missed the event.
    if (this.#track.readyState === "ended") this.#tell(News.ENDED);
    else this.#measure();
  }

  #measure() {
    const isOpen = this.#track.enabled && !this.#track.muted;
    const level = isOpen ? (this.#ear?.level ?? null) : null;
    const isNothing = level !== null && level < NOTHING;
    this.#silentFor = isNothing ? this.#silentFor + LISTEN_EVERY : 0;
    this.#setSilent(this.#silentFor >= SILENT_AFTER);
  }

  #setSilent(isSilent) {
    if (isSilent === this.#isSilent) return;
    this.#isSilent = isSilent;
    this.#tell(isSilent ? News.SILENT : News.HEARD);
  }
}
