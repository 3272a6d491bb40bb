// Plays one person's Fleets: the one that is shown, its time left, and the reasons that hold it. No DOM.

export const Move = Object.freeze({ STAYS: "stays", MOVED: "moved", OVER: "over", BEFORE: "before" });

const LEAST = 5_000;
const MOST = 12_000;
const PER_CHARACTER = 45;
/** Going back within this time (ms) shows the Fleet before. Later it shows this one again from its start. */
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

  /** The part of the present Fleet's time that has passed, from 0 to 1. */
  get fraction() {
    return Math.min(1, this.#passed / timeFor(this.current));
  }

  get isHeld() {
    return this.#holds.size > 0;
  }

  /** Hold the Fleet for a reason, or release that reason. It goes on when no reason is left. */
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

  /** Remove the present Fleet, which was deleted. The next one takes its place. */
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

/** Return the time (ms) for which a Fleet is shown, by the length of its text. */
export function timeFor({ text }) {
  return Math.min(MOST, LEAST + text.length * PER_CHARACTER);
}
