// Shows messages that arrive while their page is open. Without this script they appear at the next visit.

import { part } from "../../spaces/js/lib/dom.js";
import { onPage } from "../../spaces/js/lib/navigation.js";
import { reload, tellShown } from "./lists.js";

/** The distance from the end, in CSS pixels, within which the user counts as reading the latest message. */
const AT_END = 160;

export function startInbox() {
  let thread = null;
  let inbox = null;
  onPage((page) => {
    const element = part(page, "thread");
    thread = element && new Thread(element);
    inbox = part(page, "inbox");
  });
  document.addEventListener("spaces:home", ({ detail }) => {
    if (detail.type === "news" && detail.topic === "messages") refresh();
    // Messages that arrived while the socket was down were not announced here.
    if (detail.type === "resync") refresh();
  });
  // A message that arrives while the page is hidden is not read yet.
  document.addEventListener("visibilitychange", refresh);

  function refresh() {
    if (document.hidden) return;
    thread?.fetch();
    thread?.tellRead();
    if (inbox) showInbox(inbox);
  }
}

async function showInbox(inbox) {
  await reload(inbox, "/messages");
  if (inbox.childElementCount) document.querySelector("[data-no-threads]")?.remove();
}

class Thread {
  #element;
  #list;
  #form;

  constructor(element) {
    this.#element = element;
    this.#list = part(element, "messages");
    this.#form = part(element, "thread-form");
    this.#list.addEventListener("htmx:beforeSwap", () => this.#remember());
    this.#list.addEventListener("htmx:afterSwap", () => this.#swapped());
    if (this.#form) this.#listen();
    // Wait until htmx has scrolled the new page to its top.
    requestAnimationFrame(() => this.#toEnd());
    this.tellRead();
  }

  fetch() {
    const path = `/messages/${this.#element.dataset.thread}/after/${this.#latest()}`;
    window.htmx.ajax("GET", path, { target: this.#list, swap: "beforeend", select: "unset" });
  }

  #listen() {
    const { text } = this.#form.elements;
    this.#form.addEventListener("htmx:afterRequest", ({ detail }) => {
      if (!detail.successful) return;
      text.value = "";
      this.#toEnd();
    });
    text.addEventListener("keydown", (event) => {
      // On a touch screen's keyboard, Enter begins a new line.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
      event.preventDefault();
      if (text.value.trim()) this.#form.requestSubmit();
    });
  }

  #wasAtEnd = true;

  #remember() {
    const { scrollHeight, clientHeight, scrollTop } = document.documentElement;
    this.#wasAtEnd = scrollHeight - clientHeight - scrollTop < AT_END;
  }

  /** Remove a message that came twice: with the answer to sending it, and by the socket's event. */
  #swapped() {
    const seen = new Set();
    for (const line of this.#list.querySelectorAll("[data-message]")) {
      if (seen.has(line.dataset.message)) line.remove();
      seen.add(line.dataset.message);
    }
    if (seen.size) part(this.#element, "no-messages")?.remove();
    if (this.#form) this.#form.elements.after.value = this.#latest();
    if (this.#wasAtEnd) this.#toEnd();
    this.tellRead();
  }

  #toldUpTo = "0";

  /** Tell the server which message was read. On a hidden page none is. */
  tellRead() {
    const latest = this.#latest();
    if (document.hidden || latest === this.#toldUpTo) return;
    this.#toldUpTo = latest;
    tellShown(part(this.#element, "read-form"), latest);
  }

  #latest() {
    const lines = [...this.#list.querySelectorAll("[data-message]")];
    return lines.at(-1)?.dataset.message ?? "0";
  }

  #toEnd() {
    scrollTo({ top: document.documentElement.scrollHeight });
  }
}
