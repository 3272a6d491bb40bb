// Rows of people with actions. A tap has an effect before the server answers.

import { gettext } from "../lib/i18n.js";
import { showFace } from "../lib/avatar.js";
import { part, setAttribute, setText } from "../lib/dom.js";
import { isolate } from "../lib/format.js";
import { announce, toast } from "../lib/toast.js";

const NAMES = {
  "request.approve": (name) => gettext("Approve {name}", { name }),
  "request.decline": (name) => gettext("Decline {name}", { name }),
  "mute.other": (name) => gettext("Mute {name}", { name }),
  "mic.take": (name) => gettext("Make listener: {name}", { name }),
  remove: (name) => gettext("Remove {name}", { name }),
  invite: (name) => gettext("Invite {name} to speak", { name }),
  "cohost.invite": (name) => gettext("Make {name} a co-host", { name }),
  "cohost.withdraw": (name) => gettext("Withdraw the co-host invitation of {name}", { name }),
  "host.hand_over": (name) => gettext("Hand the Space over to {name}", { name }),
};
/** Messages for screen readers only, about actions whose result is visible at once. */
const SAID = {
  "request.approve": (name) => gettext("{name} can speak.", { name }),
  "request.decline": (name) => gettext("The request of {name} is declined.", { name }),
  "mute.other": (name) => gettext("{name} is muted.", { name }),
};
const GUEST = gettext("They can still listen without an account, unless you turn on “Listeners need an account”.");
const DONE = {
  "mic.take": (name) => gettext("{name} is a listener again.", { name }),
  remove: (name, space) => [gettext("{name} was removed and cannot come back.", { name }), space.guests && GUEST].filter(Boolean).join(" "),
  invite: (name) => gettext("{name} is invited to speak.", { name }),
  "cohost.invite": (name) => gettext("{name} is asked to be a co-host.", { name }),
  "cohost.withdraw": (name) => gettext("{name} is no longer invited as a co-host.", { name }),
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
