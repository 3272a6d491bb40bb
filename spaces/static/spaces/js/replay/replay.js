// The replay that this page plays. Its audio element is outside the document, so the sound goes on while the user moves
// between pages. It draws nothing; the modules that draw it listen to its "change" and "time".

import { clearMedia, local, showMedia, showPosition } from "../lib/comforts.js";
import { fileSeconds, nextTurn, replayMs, within } from "./replay-times.js";

export const STEP = 15_000;
/** How often the position is kept while it plays. */
const KEEP_EVERY = 5_000;
/** A sound that fails is loaded again by itself, but not sooner than this after the last time. */
const AGAIN_EVERY = 60_000;
/** A replay that was left this close to its end starts anew. */
const NEARLY_OVER = 10_000;
const RATE = "spaces:replay-rate";
const ACTIONS = ["play", "pause", "stop", "seekbackward", "seekforward", "seekto", "nexttrack"];

class Replay extends EventTarget {
  #audio = null;
  #id = null;
  #data = null;
  #keptAt = 0;
  #waitsAt = null;
  #againAt = 0;

  get id() {
    return this.#id;
  }

  get data() {
    return this.#data;
  }

  get isPlaying() {
    return this.#audio !== null && !this.#audio.paused && !this.#audio.ended;
  }

  get isBroken() {
    return Boolean(this.#audio?.error);
  }

  /** Milliseconds from the start of the replay. */
  get now() {
    if (this.#data === null) return 0;
    return this.#waitsAt ?? replayMs(this.#audio.currentTime, this.#data);
  }

  get rate() {
    return Number(local.get(RATE)) || 1;
  }

  set rate(rate) {
    local.set(RATE, String(rate));
    if (this.#audio) this.#audio.playbackRate = rate;
    this.#changed();
  }

  /** Take a replay, at a time or where the user left it. The one that is taken already goes on. */
  take(id, data, { at = null } = {}) {
    if (this.#id === id) {
      this.#data = { ...data };
      if (at !== null) this.seek(at);
      return;
    }
    this.close();
    this.#id = id;
    this.#data = data;
    this.#audio = this.#element(data.sound);
    const start = within(at ?? this.#left(), data.duration_ms);
    if (start > 0 || data.starts_ms > 0) this.seek(start);
    this.#changed();
  }

  async play() {
    if (this.#data === null) return;
    if (this.now >= this.#data.duration_ms) this.seek(0);
    if (this.isBroken) this.#again();
    try {
      await this.#audio.play();
    } catch (error) {
      if (error.name !== "AbortError") this.#changed();
    }
  }

  pause() {
    this.#audio?.pause();
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  seek(ms) {
    if (this.#data === null) return;
    const at = within(ms, this.#data.duration_ms);
    // Before the browser knows the file it ignores or clamps a position: it is set when it knows.
    if (this.#audio.readyState < HTMLMediaElement.HAVE_METADATA) this.#waitsAt = at;
    else this.#audio.currentTime = fileSeconds(at, this.#data);
    this.#told();
  }

  skip(ms) {
    this.seek(this.now + ms);
  }

  /** Go to the next turn of another speaker. Returns that turn, or null if there is none. */
  next() {
    const turn = this.#data && nextTurn(this.#data.turns, this.now);
    if (turn) this.seek(turn.starts_ms);
    return turn;
  }

  /** Stop, and forget what was played. Its position is kept. */
  close() {
    if (this.#audio === null) return;
    this.#keep();
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load();
    this.#id = this.#data = this.#audio = this.#waitsAt = null;
    clearMedia(ACTIONS);
    this.#changed();
  }

  #element(sound) {
    const audio = new Audio();
    audio.preload = "metadata";
    audio.src = sound;
    audio.playbackRate = audio.defaultPlaybackRate = this.rate;
    audio.addEventListener("loadedmetadata", () => this.#known(audio));
    audio.addEventListener("error", () => this.#audio === audio && this.#failed());
    for (const type of ["play", "playing", "pause", "ended", "waiting"]) {
      audio.addEventListener(type, () => this.#audio === audio && this.#changed());
    }
    for (const type of ["timeupdate", "seeked"]) audio.addEventListener(type, () => this.#audio === audio && this.#told());
    return audio;
  }

  #known(audio) {
    if (this.#audio !== audio || this.#waitsAt === null) return;
    audio.currentTime = fileSeconds(this.#waitsAt, this.#data);
    this.#waitsAt = null;
    this.#told();
  }

  /** The address that the site sent the browser to may have expired: asked again, the site gives another one. */
  #failed() {
    const plays = this.isPlaying;
    const isKnown = this.#waitsAt === null && this.now > 0;
    if (!isKnown || Date.now() - this.#againAt < AGAIN_EVERY) return this.#changed();
    this.#againAt = Date.now();
    this.#again();
    if (plays) this.play();
  }

  /** Load again after a failure, at the same place. */
  #again() {
    this.#waitsAt = this.now;
    this.#audio.load();
  }

  #told() {
    // The host may have cut off the end of the file.
    if (this.isPlaying && this.now >= this.#data.duration_ms) this.pause();
    if (this.isPlaying && Date.now() - this.#keptAt > KEEP_EVERY) this.#keep();
    this.#showPosition();
    this.dispatchEvent(new Event("time"));
  }

  #changed() {
    if (!this.isPlaying) this.#keep();
    if (this.#data) this.#showOutside();
    this.dispatchEvent(new Event("change"));
  }

  // --- Where the user was -------------------------------------------------------------------------------------------------

  #key() {
    return `spaces:replay:${this.#id}`;
  }

  #keep() {
    if (this.#data === null) return;
    this.#keptAt = Date.now();
    const isOver = this.now > this.#data.duration_ms - NEARLY_OVER;
    if (isOver || this.now === 0) local.remove(this.#key());
    else local.set(this.#key(), String(Math.round(this.now)));
  }

  #left() {
    return Number(local.get(this.#key())) || 0;
  }

  /** Keep the position when the page goes away. */
  leave() {
    this.#keep();
  }

  // --- Lock screen and headset ---------------------------------------------------------------------------------------------

  #showOutside() {
    const { title, host } = this.#data;
    showMedia({ title, artist: host.name, isPlaying: this.isPlaying }, this.#handlers());
  }

  #handlers() {
    return {
      play: () => this.play(),
      pause: () => this.pause(),
      stop: () => this.close(),
      seekbackward: () => this.skip(-STEP),
      seekforward: () => this.skip(STEP),
      seekto: ({ seekTime }) => this.seek(seekTime * 1000),
      nexttrack: () => this.next(),
    };
  }

  #showPosition() {
    const { duration_ms } = this.#data;
    showPosition({ duration: duration_ms / 1000, position: this.now / 1000, playbackRate: this.rate });
  }
}

export const replay = new Replay();
if (typeof addEventListener === "function") addEventListener("pagehide", () => replay.leave());
