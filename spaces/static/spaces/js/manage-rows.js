// Rows of people with actions. A tap has an effect before the server answers.

import { showFace } from "./avatar.js";
import { part, setAttribute, setText } from "./dom.js";
import { isolate } from "./format.js";
import { announce, toast } from "./toast.js";

const NAMES = {
  "request.approve": (name) => `Approve ${name}`,
  "request.decline": (name) => `Decline ${name}`,
  "mute.other": (name) => `Mute ${name}`,
  "mic.take": (name) => `Make listener: ${name}`,
  remove: (name) => `Remove ${name}`,
  invite: (name) => `Invite ${name} to speak`,
  "cohost.invite": (name) => `Make ${name} a co-host`,
  "cohost.withdraw": (name) => `Withdraw the co-host invitation of ${name}`,
  "host.hand_over": (name) => `Hand the Space over to ${name}`,
};
/** Messages for screen readers only, about actions whose result is visible at once. */
const SAID = {
  "request.approve": (name) => `${name} can speak.`,
  "request.decline": (name) => `The request of ${name} is declined.`,
  "mute.other": (name) => `${name} is muted.`,
};
const GUEST = " They can still listen without an account, unless you turn on “Listeners need an account”.";
const DONE = {
  "mic.take": (name) => `${name} is a listener again.`,
  remove: (name, space) => `${name} was removed and cannot come back.${space.guests ? GUEST : ""}`,
  invite: (name) => `${name} is invited to speak.`,
  "cohost.invite": (name) => `${name} is asked to be a co-host.`,
  "cohost.withdraw": (name) => `${name} is no longer invited as a co-host.`,
};

export class Rows {
  #room;
  #onChange;
  /** Rows that are being removed. */
  #going = new Set();

  constructor(room, onChange) {
    this.#room = room;
    this.#onChange = onChange;
  }

  isGoing({ id }) {
    return this.#going.has(id);
  }

  forget() {
    this.#going.clear();
  }

  /** `settled()` resolves when the lists are the server's. */
  async act(type, person, settled = async () => {}) {
    const leaves = type === "remove" || type.startsWith("request.");
    if (leaves) this.#go(person.id, true);
    const isDone = await this.#room.act(type, person);
    if (isDone) say(type, isolate(person.name), this.#room.state.space);
    if (isDone) await settled();
    // A removed person may be on a list a moment longer; hide the row.
    if (leaves && !(isDone && type === "remove")) this.#go(person.id, false);
    return isDone;
  }

  #go(id, isGoing) {
    if (isGoing) this.#going.add(id);
    else this.#going.delete(id);
    this.#onChange();
  }
}

function say(type, name, space) {
  if (DONE[type]) toast(DONE[type](name, space));
  else if (SAID[type]) announce(SAID[type](name));
}

/** Draw the face, the name, and the labels of the row's buttons. */
export function drawWho(row, person) {
  showFace(part(row, "face"), person);
  setText(part(row, "name"), person.name);
  nameButtons(row, person);
}

export function nameButtons(element, { name }) {
  for (const button of element.querySelectorAll("[data-do]")) setAttribute(button, "aria-label", NAMES[button.dataset.do](name));
}

/** Return the person of a row, as drawn. */
export function personOf(element) {
  const row = element.closest("[data-key]");
  return { id: row.dataset.key, name: part(row, "name").textContent };
}

export function action(element, type) {
  return element.querySelector(`[data-do="${type}"]`);
}
