// The recognition of a long press. Pure: the caller passes the time (ms) and the place of each event.

export const LONG_PRESS = 500;
/** The distance that a finger may move in a press, because it is never quite still. */
const SLACK = 12;

export const Outcome = Object.freeze({ NONE: "none", SHORT: "short", LONG: "long" });

export class Press {
  #began = null;
  #place = null;
  #isLong = false;

  get isDown() {
    return this.#began !== null;
  }

  get isLong() {
    return this.#isLong;
  }

  down(now, place) {
    this.#began = now;
    this.#place = place;
    this.#isLong = false;
  }

  /** Whether a movement ends the press as a scroll or drag. A long press may move, to reach its choice. */
  move(place) {
    if (!this.isDown || this.#isLong) return false;
    const isAway = Math.hypot(place.x - this.#place.x, place.y - this.#place.y) > SLACK;
    if (isAway) this.cancel();
    return isAway;
  }

  /** Whether the press has become a long one. True only once. */
  tick(now) {
    if (!this.isDown || this.#isLong || now - this.#began < LONG_PRESS) return false;
    this.#isLong = true;
    return true;
  }

  up() {
    const outcome = this.isDown ? (this.#isLong ? Outcome.LONG : Outcome.SHORT) : Outcome.NONE;
    this.cancel();
    return outcome;
  }

  cancel() {
    this.#began = this.#place = null;
    this.#isLong = false;
  }
}

/** Return the place that an arrow key leads to in a row of `count` choices, around the ends, or null for other keys. */
export function stepTo(key, place, count) {
  const steps = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: count - 1 };
  return key in steps ? (steps[key] + count) % count : null;
}
