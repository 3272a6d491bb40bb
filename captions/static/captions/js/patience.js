// Decides whether to start a recogniser again. It ends by itself after every silence, and sometimes for good. No DOM.

const HOPELESS = new Set(["not-allowed", "service-not-allowed", "audio-capture", "language-not-supported"]);
const HARMLESS = new Set([null, "no-speech", "aborted"]);
/** A recogniser that ends sooner than this (ms) without a word has failed. */
const SOON = 1_000;
const MOST_FAILURES = 4;
const PAUSE = 500;

export class Patience {
  #failures = 0;

  understood() {
    this.#failures = 0;
  }

  /** Note an end after `ran` ms with `error` (or null). Return the ms until the next start, or null to give up. */
  ended(ran, error) {
    if (HOPELESS.has(error)) return null;
    if (HARMLESS.has(error) && ran >= SOON) return 0;
    this.#failures++;
    return this.#failures >= MOST_FAILURES ? null : PAUSE * 2 ** (this.#failures - 1);
  }
}
