// Messages that come while one looks. The pages work without this: then they come with the next visit.

import { part } from "../../spaces/js/dom.js";
import { onPage } from "../../spaces/js/navigation.js";
import { reload, tellShown } from "./lists.js";

/** Distance from the end, in CSS pixels, within which somebody counts as reading the latest. */
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
    // Messages that came while the socket was away were not announced here.
    if (detail.type === "resync") refresh();
  });
  // What comes while the page is out of sight is not read yet.
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
    // After htmx has moved the window to the top of the new page.
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
      // With a keyboard of glass, Enter is a new line.
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

  /** The answer to what was sent and the word of the socket may both bring the same message. */
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

  /** What is before somebody's eyes is read; what was fetched for later is not. */
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
