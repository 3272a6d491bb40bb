// The probable result of a tap, shown before the server answers.

import { withOwn } from "./room-state.js";

/** The longest time that a guess is shown between the server's reply and its event, which has the real state. */
const OVERDUE = 4_000;

export class Guesses {
  #you = null;
  #timer = 0;
  #onOverdue;

  constructor(onOverdue) {
    this.#onOverdue = onOverdue;
  }

  /** `changes` are fields of `you`: `{muted: true}`. */
  suppose(changes) {
    this.forget();
    this.#you = changes;
    this.#timer = setTimeout(this.#onOverdue, OVERDUE);
  }

  forget() {
    clearTimeout(this.#timer);
    this.#you = null;
  }

  applyTo(state) {
    if (this.#you === null || state.you === null) return state;
    return withOwn(state, this.#you);
  }
}
