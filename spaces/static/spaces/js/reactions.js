// Emoji that float up for a moment, over the sender's face, or over the bar if the face is not shown.

import { part } from "./dom.js";

const SHOWN_FOR = 2_400;
const MOST = 40;
const MOST_OVER_BAR = 6;

export class Reactions {
  #root;
  #room;
  #shown = 0;

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
    this.#float(emoji, this.#place(this.#ownId));
    this.#room.react(emoji);
  }

  get #ownId() {
    return this.#room.state.you?.id;
  }

  #show({ counts, people }) {
    const others = people.filter(({ user_id: id }) => id !== this.#ownId);
    for (const { user_id: id, emoji } of others) this.#float(emoji, this.#place(id));
    for (const [emoji, unnamed] of rest(counts, people)) {
      for (let number = 0; number < Math.min(unnamed, MOST_OVER_BAR); number += 1) this.#float(emoji, this.#bar);
    }
  }

  get #bar() {
    return part(this.#root, "floats");
  }

  #place(id) {
    const lists = [part(this.#root, "stage"), part(this.#root, "listeners")];
    const tile = lists.flatMap((list) => [...list.children]).find(({ dataset }) => dataset.key === id);
    return tile?.querySelector(".tile-face") ?? this.#bar;
  }

  #float(emoji, place) {
    if (this.#shown >= MOST) return;
    this.#shown += 1;
    const element = document.createElement("span");
    element.className = "float";
    element.textContent = emoji;
    element.setAttribute("aria-hidden", "true");
    element.style.setProperty("--drift", `${Math.round(Math.random() * 40 - 20)}px`);
    element.style.setProperty("--place", `${Math.round(Math.random() * 80 + 10)}%`);
    place.append(element);
    setTimeout(() => {
      element.remove();
      this.#shown -= 1;
    }, SHOWN_FOR);
  }
}

/** Return how many of each emoji came without a sender: `[[emoji, count]]`. */
export function rest(counts, people) {
  const named = (emoji) => people.filter((person) => person.emoji === emoji).length;
  return Object.entries(counts).map(([emoji, count]) => [emoji, count - named(emoji)]);
}
