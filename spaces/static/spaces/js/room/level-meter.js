// The loudness of the room, which the rings around talking people show. It is not measured while no person talks, nor
// for users who asked for less motion.

import { earOf } from "./ear.js";

const EVERY = 80;
/** The level that fills the ring: usual speech. */
const FULL = 0.25;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

export class LevelMeter {
  #element;
  #stage;
  #heard = null;
  #stream = null;
  #timer = 0;

  /** Measure the sound that `element` plays, and write `--level`, from 0 to 1, on `stage`. */
  constructor(element, stage) {
    this.#element = element;
    this.#stage = stage;
  }

  run(isTalking) {
    const isWanted = isTalking && !CALM.matches;
    if (isWanted === (this.#timer !== 0)) return;
    if (isWanted) this.#timer = setInterval(() => this.#measure(), EVERY);
    else this.#rest();
  }

  #rest() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#stage.style.setProperty("--level", "0");
  }

  #measure() {
    const level = document.hidden ? null : this.#ear()?.level;
    if (level !== null && level !== undefined) this.#draw(level);
  }

  #draw(level) {
    this.#stage.style.setProperty("--level", Math.min(1, level / FULL).toFixed(2));
  }

  /** Follow the element's stream, which changes with every new connection. */
  #ear() {
    const stream = this.#element.srcObject;
    if (!stream?.getAudioTracks().length) return null;
    if (this.#stream === stream) return this.#heard;
    this.#heard?.close();
    this.#heard = earOf(stream);
    this.#stream = stream;
    return this.#heard;
  }
}
