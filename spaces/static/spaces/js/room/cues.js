// Sounds for what happens in the room: a person joined, a person asked for the microphone, the own microphone is off or
// on. They are off until the user switches them on, and the choice is remembered.

import { local } from "../lib/comforts.js";
import { part } from "../lib/dom.js";
import { playNotes } from "../lib/tones.js";

const KEY = "spaces:cues";
/** A busy room would ring all the time. */
const JOIN_EVERY = 3_000;

export const NOTES = {
  join: [[523, 0.09]],
  asked: [[659, 0.09], [659, 0.09]],
  muted: [[440, 0.09], [330, 0.12]],
  live: [[440, 0.09], [659, 0.12]],
};

const OFF = new Set(["muted", "muted_by_host", "mic_taken", "stepped_down", "recording_started"]);

/** Return the name of the cue for an event of the room, or null. `before` is the audience before it. */
export function cueOf(event, before) {
  if (event.type === "audience") return event.audience.count > before ? "join" : null;
  if (event.type === "queue.changed") return event.state === "pending" ? "asked" : null;
  if (event.type !== "you.changed") return null;
  if (event.reason === "unmuted") return "live";
  return OFF.has(event.reason) ? "muted" : null;
}

export class Cues {
  #play;
  #isOn = local.get(KEY) !== null;
  #count = Infinity;
  #joinedAt = -Infinity;

  constructor(root, room, { play = playNotes } = {}) {
    this.#play = play;
    room.addEventListener("welcome", () => this.#begin(room.state.audience.count));
    room.addEventListener("event", ({ detail }) => this.#heard(detail));
    const choice = part(root, "cues");
    choice.checked = this.#isOn;
    choice.addEventListener("change", () => this.#choose(choice.checked));
  }

  #choose(isOn) {
    this.#isOn = isOn;
    if (isOn) local.set(KEY, "on");
    else local.remove(KEY);
    if (isOn) this.#play(NOTES.join);
  }

  #begin(count) {
    this.#count = count;
    this.#joinedAt = performance.now();
  }

  #heard(event) {
    const cue = cueOf(event, this.#count);
    if (event.type === "audience") this.#count = event.audience.count;
    if (cue === null || !this.#isOn || (cue === "join" && this.#isTooSoon())) return;
    this.#play(NOTES[cue]);
  }

  #isTooSoon() {
    const now = performance.now();
    if (now - this.#joinedAt < JOIN_EVERY) return true;
    this.#joinedAt = now;
    return false;
  }
}
