// The bubbles at the top of the timeline. Painted by the server first, then kept true by /ws/home.

import { showFace } from "./avatar.js";
import { fromTemplate, keyed, part, removeSlowly, setAttribute, setText } from "./dom.js";
import { isolate } from "./format.js";
import { onPage } from "./navigation.js";
import { talkersOf } from "./room-state.js";
import { Socket } from "./socket.js";
import { announce } from "./toast.js";
import { check } from "./viewer.js";

const PING_EVERY = 20_000;
/** A page is as new as its first socket if that opens so soon after the page began to load. */
const PAINTED_FOR = 5_000;

export class Home {
  #room;
  #socket;
  /** Null until the server has spoken: what it painted stays. */
  #bubbles = null;
  #list = null;
  #isFirst = true;
  #talking = new Set();

  constructor(room) {
    this.#room = room;
    const handlers = { onEvent: (event) => this.#receive(event), onDown: () => this.#forgetTalk(), onGone: () => check() };
    this.#socket = new Socket("/ws/home", handlers, { pingEvery: PING_EVERY });
    room.addEventListener("change", () => this.#draw());
    onPage((page) => this.#show(page));
    // On every page: badges and cards of Spaces hear of their news here too.
    this.#socket.open();
    // The browser closed the socket of a page that it kept for "Back"; it need not say so at once.
    addEventListener("pageshow", ({ persisted }) => persisted && this.#socket.renew());
  }

  #show(page) {
    this.#list = part(page, "bubbles");
    this.#draw();
  }

  #receive(event) {
    // A server whose socket has just opened, or that missed something itself, says everything that it tells changes of.
    if (event.type === "bubbles") this.#startOver(event.bubbles);
    publish(event);
    if (event.type === "bubbles") this.#resync();
    if (event.type === "bubble.shown") this.#shown(event.bubble);
    if (event.type === "bubble.gone") this.#bubbles = this.#bubbles?.filter(({ id }) => id !== event.id) ?? null;
    if (event.type === "bubble.talking") this.#talking[event.talking ? "add" : "delete"](event.id);
    this.#draw();
  }

  /** Announces bubbles that appeared while the socket was away, and stops all dots: the server repeats those that dance. */
  #startOver(bubbles) {
    this.#forgetTalk();
    const before = this.#bubbles;
    this.#bubbles = bubbles;
    if (before === null) return;
    for (const bubble of bubbles) if (!isAmong(before, bubble)) announceBubble(bubble);
  }

  /** Tells what lists of the page came from the server to ask for them again; not right after it painted them. */
  #resync() {
    const isPainted = this.#isFirst && performance.now() < PAINTED_FOR;
    this.#isFirst = false;
    if (!isPainted) publish({ type: "resync" });
  }

  #forgetTalk() {
    for (const id of this.#talking) publish({ type: "bubble.talking", id, talking: false });
    this.#talking.clear();
    this.#draw();
  }

  #shown(bubble) {
    const bubbles = this.#bubbles ?? [];
    const isKnown = isAmong(bubbles, bubble);
    if (!isKnown) announceBubble(bubble);
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
    return id === bubble.id && isInside ? talkersOf(state).length > 0 : this.#talking.has(id);
  }
}

/** For everything else on the page that lives by this socket. */
function publish(event) {
  document.dispatchEvent(new CustomEvent("spaces:home", { detail: event }));
}

function isAmong(bubbles, { id }) {
  return bubbles.some((bubble) => bubble.id === id);
}

function announceBubble({ host, title }) {
  announce(`${isolate(host.name)} is live: ${isolate(title)}`);
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
