// A press that becomes a long one. Pure: whoever uses it hands in the time (ms) and the place of each event.

export const LONG_PRESS = 500;
/** A finger is never quite still. */
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

  /** Whether the press is over: somebody scrolls or drags. A long one may wander, to the choice it is for. */
  move(place) {
    if (!this.isDown || this.#isLong) return false;
    const isAway = Math.hypot(place.x - this.#place.x, place.y - this.#place.y) > SLACK;
    if (isAway) this.cancel();
    return isAway;
  }

  /** Whether the press has become a long one by now, told once. */
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

/** Where arrow keys lead in a row of `count` choices: the place after `key`, round the ends; null for other keys. */
export function stepTo(key, place, count) {
  const steps = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: count - 1 };
  return key in steps ? (steps[key] + count) % count : null;
}
