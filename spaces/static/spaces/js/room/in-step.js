// Keeps what is shown in step with what is heard. Over HTTP, voices come a few seconds after the events that go with them:
// rings, captions and reactions wait until the page plays their moment. All else happens at once.

import { serverNow } from "../lib/clock.js";

const HEARD = new Set(["talking", "caption", "reactions"]);
/** The longest wait. A playlist that says nonsense must not swallow captions. */
const LATEST = 30_000;

export class InStep {
  #apply;
  /** Events that wait, in the order in which they came, with their timers. */
  #waiting = new Map();

  /** `apply(event)` is called with each event when it is heard. */
  constructor(apply) {
    this.#apply = apply;
  }

  /** Take an event. `date`: the time of day of what is heard, in milliseconds, or null if that is now. `startedAt`: when
   *  the Space started, from which captions count. */
  take(event, { date, startedAt }) {
    const later = heardIn(event, { date, startedAt });
    if (!(later > 0)) return this.#apply(event);
    this.#waiting.set(event, setTimeout(() => this.#waiting.delete(event) && this.#apply(event), later));
  }

  /** Apply everything that waits: the sound is not late any more. */
  release() {
    const events = [...this.#waiting.keys()];
    this.forget();
    for (const event of events) this.#apply(event);
  }

  forget() {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}

/** Return the milliseconds until the user hears what the event belongs to. A caption belongs to its first word. */
function heardIn({ type, line }, { date, startedAt }) {
  if (date === null || !HEARD.has(type)) return 0;
  const at = type === "caption" ? Date.parse(startedAt) + line.start_ms : serverNow();
  return Math.min(at - date, LATEST);
}
