// Detects silence while a speaker is shown as talking. The event that the voice has ended may never come, because the
// speaker's browser crashed or the connection to the server is cut.

import { earOf } from "./ear.js";

const LISTEN_EVERY = 500;
const QUIET_AFTER = 1_500;
/** -80 dB: a codec's silence is below this level, the quietest voice is above. */
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

  /** Listen to the sound that `element` plays. `onChange()` is called when `isQuiet` changed. */
  constructor(element, onChange) {
    this.#element = element;
    this.#onChange = onChange;
  }

  /** `isWanted`: whether a speaker is shown as talking. */
  run(isWanted) {
    if (isWanted === (this.#timer !== 0)) return;
    clearInterval(this.#timer);
    this.#timer = isWanted ? setInterval(() => this.#listen(), LISTEN_EVERY) : 0;
    this.#quietFor = 0;
    this.#set(false);
  }

  #listen() {
    const level = this.#element.paused ? null : this.#level();
    // An unknown level does not count as quiet.
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
