// The bubbles at the top of the timeline. The server draws them first; then /ws/home keeps them up to date.

import { gettext, ngettext } from "./i18n.js";
import { showFace } from "./avatar.js";
import { fromTemplate, keyed, part, removeSlowly, setAttribute, setText } from "./dom.js";
import { isolate } from "./format.js";
import { onPage } from "./navigation.js";
import { talkersOf } from "../room/room-state.js";
import { Socket } from "./socket.js";
import { announce } from "./toast.js";
import { check } from "./viewer.js";

const PING_EVERY = 20_000;
/** If the first socket opens within this time after the page began to load, the page is up to date. */
const PAINTED_FOR = 5_000;

export class Home {
  #room;
  #socket;
  /** The bubbles by id. Null until the socket's first event; until then the bubbles drawn by the server stay. */
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
    // Connect on every page, because badges and Space cards get their news by this socket, too.
    this.#socket.open();
    // The browser closes the socket of a page that it keeps for "Back", but may report that late.
    addEventListener("pageshow", ({ persisted }) => persisted && this.#socket.renew());
  }

  #show(page) {
    this.#list = part(page, "bubbles");
    this.#draw();
  }

  #receive(event) {
    // A complete list comes when the socket has opened, and when the server has missed an event itself.
    if (event.type === "bubbles") this.#startOver(event.bubbles);
    publish(event);
    if (event.type === "bubbles") this.#resync();
    if (event.type === "bubble.shown") this.#shown(event.bubble);
    if (event.type === "bubble.gone") this.#bubbles = this.#bubbles?.filter(({ id }) => id !== event.id) ?? null;
    if (event.type === "bubble.talking") this.#talking[event.talking ? "add" : "delete"](event.id);
    this.#draw();
  }

  /** Announce bubbles that appeared while the socket was down, and stop all dots: the server repeats those that
   *  move. */
  #startOver(bubbles) {
    this.#forgetTalk();
    const before = this.#bubbles;
    this.#bubbles = bubbles;
    if (before === null) return;
    for (const bubble of bubbles) if (!isAmong(before, bubble)) announceBubble(bubble);
  }

  /** Tell the page's lists to load again, except right after the server drew them. */
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

  /** Whether people talk there. For the Space that this page is in the room knows it at once; for others the server
   *  tells. */
  #isTalking(bubble) {
    const { id, isInside, state } = this.#room;
    return id === bubble.id && isInside ? talkersOf(state).length > 0 : this.#talking.has(id);
  }
}

/** Pass an event of this socket on to the other parts of the page. */
function publish(event) {
  document.dispatchEvent(new CustomEvent("spaces:home", { detail: event }));
}

function isAmong(bubbles, { id }) {
  return bubbles.some((bubble) => bubble.id === id);
}

function announceBubble({ host, title }) {
  announce(gettext("{name} is live: {title}", { name: isolate(host.name), title: isolate(title) }));
}

function drawBubble(link, bubble, isTalking) {
  setAttribute(link, "href", `/i/spaces/${bubble.id}`);
  setAttribute(link, "data-join", bubble.id);
  setAttribute(link, "aria-label", gettext("Join {title}, hosted by {name}", { title: bubble.title, name: bubble.host.name }));
  showFace(part(link, "face"), bubble.host);
  setText(part(link, "bubble-title"), bubble.title);
  setText(part(link, "bubble-host"), bubble.host.name);
  setText(part(link, "bubble-followed"), bubble.followed ? ` ${ngettext("+ {number} you follow", "+ {number} you follow", bubble.followed)}` : "");
  link.toggleAttribute("data-talking", isTalking);
}
