// What a tap will probably lead to, shown before the server has spoken.

import { withOwn } from "./room-state.js";

/** How long a guess may stand after the server agreed and before its event tells the truth. */
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
