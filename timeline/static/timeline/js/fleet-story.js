// One person's Fleets as they go by: which is shown, for how long yet, and what holds it. Pure.

export const Move = Object.freeze({ STAYS: "stays", MOVED: "moved", OVER: "over", BEFORE: "before" });

const LEAST = 5_000;
const MOST = 12_000;
const PER_CHARACTER = 45;
/** Going back this soon means the one before; later it means this one again. */
const AGAIN_AFTER = 1_500;

export class Story {
  #fleets;
  #index;
  #passed = 0;
  #holds = new Set();

  constructor(fleets, startsAt = 0) {
    this.#fleets = fleets;
    this.#index = startsAt;
  }

  get length() {
    return this.#fleets.length;
  }

  get index() {
    return this.#index;
  }

  get current() {
    return this.#fleets[this.#index];
  }

  /** How much of the present one has gone by, 0 to 1. */
  get fraction() {
    return Math.min(1, this.#passed / timeFor(this.current));
  }

  get isHeld() {
    return this.#holds.size > 0;
  }

  /** It stands still until every reason to hold it is released. */
  hold(reason, isHeld = true) {
    if (isHeld) this.#holds.add(reason);
    else this.#holds.delete(reason);
  }

  pass(milliseconds) {
    if (this.isHeld) return Move.STAYS;
    this.#passed += milliseconds;
    return this.fraction < 1 ? Move.STAYS : this.on();
  }

  on() {
    return this.#goTo(this.#index + 1, Move.OVER);
  }

  back() {
    return this.#passed > AGAIN_AFTER ? this.#goTo(this.#index) : this.#goTo(this.#index - 1, Move.BEFORE);
  }

  /** The present one is gone; the next takes its place. */
  drop() {
    this.#fleets = this.#fleets.filter((fleet) => fleet !== this.current);
    return this.#goTo(this.#index, Move.OVER);
  }

  #goTo(index, beyond = Move.OVER) {
    if (index < 0 || index >= this.#fleets.length) return beyond;
    this.#index = index;
    this.#passed = 0;
    return Move.MOVED;
  }
}

/** Long enough to read it. */
export function timeFor({ text }) {
  return Math.min(MOST, LEAST + text.length * PER_CHARACTER);
}
