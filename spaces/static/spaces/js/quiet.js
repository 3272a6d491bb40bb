// Notices that nothing is heard while somebody is said to talk: the word that a voice has ended may never come, when its
// browser crashed or the way to the server is cut.

import { earOf } from "./ear.js";

const LISTEN_EVERY = 500;
const QUIET_AFTER = 1_500;
/** -80 dB: what a codec makes of silence is below it, the quietest voice is not. */
const NOTHING = 1e-4;
const WINDOW = 8_192;

export class Quiet {
  #element;
  #onChange;
  #ear = null;
  #stream = null;
  #timer = 0;
  #quietFor = 0;

  isQuiet = false;

  /** Listens to what `element` plays; `onChange()` tells that `isQuiet` changed. */
  constructor(element, onChange) {
    this.#element = element;
    this.#onChange = onChange;
  }

  /** `isWanted`: somebody is said to talk. */
  run(isWanted) {
    if (isWanted === (this.#timer !== 0)) return;
    clearInterval(this.#timer);
    this.#timer = isWanted ? setInterval(() => this.#listen(), LISTEN_EVERY) : 0;
    this.#quietFor = 0;
    this.#set(false);
  }

  #listen() {
    const level = this.#element.paused ? null : this.#level();
    // Not known is not quiet.
    this.#quietFor = level !== null && level < NOTHING ? this.#quietFor + LISTEN_EVERY : 0;
    this.#set(this.#quietFor >= QUIET_AFTER);
  }

  #level() {
    const stream = this.#element.srcObject;
    if (!stream?.getAudioTracks().length) return null;
    if (this.#stream !== stream) {
      this.#ear?.close();
      this.#ear = earOf(stream, { window: WINDOW });
      this.#stream = stream;
    }
    return this.#ear?.level ?? null;
  }

  #set(isQuiet) {
    if (isQuiet === this.isQuiet) return;
    this.isQuiet = isQuiet;
    this.#onChange();
  }
}
