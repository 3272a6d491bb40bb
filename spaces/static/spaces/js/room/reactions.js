// Reactions of the people in the room: over the sender's face, or over the bar if the face is not shown.

import { openDialog, part } from "../lib/dom.js";
import { Floats } from "../lib/floats.js";

const MOST_OVER_BAR = 6;

export class Reactions {
  #root;
  #room;
  #floats = new Floats();

  constructor(root, room) {
    this.#root = root;
    this.#room = room;
    part(root, "react-menu").addEventListener("click", ({ target }) => this.#tapped(target.closest("[data-emoji]")));
    room.addEventListener("reactions", ({ detail }) => this.#show(detail));
  }

  #tapped(button) {
    if (!button) return;
    const { emoji } = button.dataset;
    // Show it at once. The copy that comes back from the server is skipped.
    this.#floats.show(emoji, this.#place(this.#ownId));
    this.#room.react(emoji);
  }

  get #ownId() {
    return this.#room.state.you?.id;
  }

  #show({ counts, people }) {
    const others = people.filter(({ user_id: id }) => id !== this.#ownId);
    for (const { user_id: id, emoji } of others) this.#floats.show(emoji, this.#place(id));
    for (const [emoji, unnamed] of rest(counts, people)) {
      for (let number = 0; number < Math.min(unnamed, MOST_OVER_BAR); number += 1) this.#floats.show(emoji, this.#bar);
    }
  }

  /** The place for reactions without a visible face: over the open dialog, the dock or the bar. */
  get #bar() {
    const dialog = openDialog();
    if (dialog) return floatsOf(dialog);
    return part(this.#root, part(this.#root, "dock").hidden ? "floats" : "dock-floats");
  }

  #place(id) {
    const lists = [part(this.#root, "stage"), part(this.#root, "listeners")];
    const tile = lists.flatMap((list) => [...list.children]).find(({ dataset }) => dataset.key === id);
    const face = tile?.querySelector(".tile-face");
    return face && isSeen(face) ? face : this.#bar;
  }
}

/** Return the place for floating emoji in a dialog, which covers every other place. */
function floatsOf(dialog) {
  const found = dialog.querySelector(":scope > .floats");
  if (found) return found;
  const place = document.createElement("div");
  place.className = "floats";
  place.setAttribute("aria-hidden", "true");
  dialog.append(place);
  return place;
}

/** Whether the face is on the screen: not scrolled away, and not under a panel. */
function isSeen(face) {
  const { left, top, width, height } = face.getBoundingClientRect();
  const shown = document.elementFromPoint(left + width / 2, top + height / 2);
  return face.closest(".tile")?.contains(shown) ?? false;
}

/** Return how many of each emoji came without a sender: `[[emoji, count]]`. */
export function rest(counts, people) {
  const named = (emoji) => people.filter((person) => person.emoji === emoji).length;
  return Object.entries(counts).map(([emoji, count]) => [emoji, count - named(emoji)]);
}
