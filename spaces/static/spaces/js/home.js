// The bubbles at the top of the timeline. Painted by the server first, then kept true by /ws/home.

import { showFace } from "./avatar.js";
import { fromTemplate, keyed, part, removeSlowly, setAttribute, setText } from "./dom.js";
import { isolate } from "./format.js";
import { onPage } from "./navigation.js";
import { Socket } from "./socket.js";
import { announce } from "./toast.js";

const PING_EVERY = 20_000;

export class Home {
  #room;
  #socket;
  /** Null until the server has spoken: what it painted stays. */
  #bubbles = null;
  #list = null;
  #talking = new Set();

  constructor(room) {
    this.#room = room;
    this.#socket = new Socket("/ws/home", { onEvent: (event) => this.#receive(event) }, { pingEvery: PING_EVERY });
    room.addEventListener("change", () => this.#draw());
    onPage((page) => this.#show(page));
    // On every page: badges and cards of Spaces hear of their news here too.
    this.#socket.open();
  }

  #show(page) {
    this.#list = part(page, "bubbles");
    this.#draw();
  }

  #receive(event) {
    // Whoever else shows something of it: the timeline's pill and its cards.
    document.dispatchEvent(new CustomEvent("spaces:home", { detail: event }));
    if (event.type === "bubbles") this.#bubbles = event.bubbles;
    if (event.type === "bubble.shown") this.#shown(event.bubble);
    if (event.type === "bubble.gone") this.#bubbles = this.#bubbles?.filter(({ id }) => id !== event.id) ?? null;
    if (event.type === "bubble.talking") this.#talking[event.talking ? "add" : "delete"](event.id);
    this.#draw();
  }

  #shown(bubble) {
    const bubbles = this.#bubbles ?? [];
    const isKnown = bubbles.some(({ id }) => id === bubble.id);
    if (!isKnown) announce(`${isolate(bubble.host.name)} is live: ${isolate(bubble.title)}`);
    this.#bubbles = isKnown ? bubbles.map((old) => (old.id === bubble.id ? bubble : old)) : [bubble, ...bubbles];
  }

  #draw() {
    if (this.#list === null || this.#bubbles === null) return;
    keyed(this.#list, this.#bubbles, {
      create: () => fromTemplate("bubble-template"),
      update: (item, bubble) => drawBubble(item.firstElementChild, bubble, this.#isTalking(bubble)),
      remove: removeSlowly,
    });
    this.#list.closest("[data-bubbles-row]").toggleAttribute("data-empty", this.#bubbles.length === 0);
  }

  /** Of the Space we are in we know it to the moment; of the others what the server tells. */
  #isTalking(bubble) {
    const { id, isInside, state } = this.#room;
    return id === bubble.id && isInside ? state.talking.length > 0 : this.#talking.has(id);
  }
}

function drawBubble(link, bubble, isTalking) {
  setAttribute(link, "href", `/i/spaces/${bubble.id}`);
  setAttribute(link, "data-join", bubble.id);
  setAttribute(link, "aria-label", `Join ${bubble.title}, hosted by ${bubble.host.name}`);
  showFace(part(link, "face"), bubble.host);
  setText(part(link, "bubble-title"), bubble.title);
  setText(part(link, "bubble-host"), bubble.host.name);
  setText(part(link, "bubble-followed"), bubble.followed ? ` + ${bubble.followed} you follow` : "");
  link.toggleAttribute("data-talking", isTalking);
}
