// The strip of posts pinned to the Space. When the version number in the Space's state changes, the page loads the
// posts again. Each user loads their own list, because not every user may see every post.

import { gettext } from "../lib/i18n.js";
import { showFace } from "../lib/avatar.js";
import { fromTemplate, keyed, part, setAttribute, setText } from "../lib/dom.js";
import { isolate } from "../lib/format.js";
import { HttpError, getJson, postForm } from "../lib/http.js";
import { visit } from "../lib/navigation.js";
import { may } from "./room-state.js";
import { announce, toast } from "../lib/toast.js";

/** All pages hear of a pin at once, so they spread their requests (ms): `SPREAD_EACH` per person, up to
 *  `SPREAD_MOST`. */
const SPREAD_EACH = 1;
const SPREAD_MOST = 3_000;
const AGAIN = 5_000;

export class Pins {
  #list;
  #form;
  #room;
  /** The list that is shown or loading: `id/version/role`. The role counts, because speakers may unpin more. */
  #wanted = "";
  #timer = 0;

  constructor(root, room) {
    this.#list = part(root, "pins");
    this.#form = part(root, "pin-form");
    this.#room = room;
    room.addEventListener("change", () => this.#follow());
    this.#list.addEventListener("click", (event) => this.#tapped(event));
    document.addEventListener("click", ({ target }) => this.#pin(target.closest?.("[data-pin-post]")));
  }

  // --- following ---------------------------------------------------------------------------------------------------------

  #follow() {
    const { id, isInside, state } = this.#room;
    document.documentElement.toggleAttribute("data-may-pin", isInside && may(state, "pin"));
    const version = isInside ? (state.space?.pins ?? 0) : 0;
    const wanted = version ? `${id}/${version}/${state.you.role}` : "";
    if (wanted === this.#wanted) return;
    const isFirst = !this.#wanted.startsWith(`${id}/`);
    this.#wanted = wanted;
    clearTimeout(this.#timer);
    if (!wanted) this.#draw([]);
    else if (isFirst) this.#fetch(wanted);
    else this.#timer = setTimeout(() => this.#fetch(wanted), Math.random() * this.#spread(state));
  }

  #spread({ audience }) {
    return Math.min(audience.count * SPREAD_EACH, SPREAD_MOST);
  }

  async #fetch(wanted) {
    try {
      const { pins } = await getJson(`/i/spaces/${this.#room.id}/pins`);
      if (wanted === this.#wanted) this.#draw(pins);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (wanted === this.#wanted) this.#timer = setTimeout(() => this.#fetch(wanted), AGAIN);
    }
  }

  #draw(pins) {
    const known = new Set([...this.#list.children].map(({ dataset }) => dataset.key));
    const isOpened = this.#list.hidden;
    keyed(this.#list, pins, { create: () => fromTemplate("pin-template"), update: drawPin });
    this.#list.hidden = pins.length === 0;
    const latest = pins[0];
    if (latest && !known.has(latest.id)) {
      this.#list.scrollTo({ left: 0 });
      if (!isOpened || known.size) announce(gettext("{name} pinned a post.", { name: isolate(latest.pinned_by.name) }));
    }
  }

  // --- doing -------------------------------------------------------------------------------------------------------------

  #tapped(event) {
    const off = event.target.closest("[data-unpin]");
    const link = event.target.closest("[data-link]");
    if (off) this.#unpin(off.closest("[data-key]"));
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.#room.stepAside();
    visit(link.href);
  }

  async #unpin(pin) {
    const next = pin.nextElementSibling ?? pin.previousElementSibling;
    const isDone = await this.#send(`/pins/${pin.dataset.key}/delete`, "");
    if (!isDone) return;
    toast(gettext("The post is no longer pinned."));
    (next ? part(next, "link") : document.getElementById("room-title")).focus({ preventScroll: true });
  }

  async #pin(opener) {
    if (!opener) return;
    opener.closest("details")?.removeAttribute("open");
    if (await this.#send("/pins/add", opener.dataset.pinPost)) toast(gettext("Everyone in the Space sees it now."), { tone: "good" });
  }

  /** Send by the dialog's form, which has the CSRF token. Resolves with whether it was done, and shows a refusal. */
  async #send(path, post) {
    this.#form.action = `/i/spaces/${this.#room.id}${path}`;
    this.#form.elements.post.value = post;
    try {
      await postForm(this.#form);
      return true;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      toast(error.message, { tone: "bad" });
      return false;
    } finally {
      this.#form.elements.post.value = "";
    }
  }
}

function drawPin(item, { author, pinned_by, text, picture, url, may_unpin }) {
  const off = part(item, "unpin");
  showFace(part(item, "face"), author);
  setText(part(item, "name"), author.name);
  setText(part(item, "text"), text);
  showPicture(part(item, "picture"), picture);
  setAttribute(part(item, "link"), "href", url);
  setAttribute(part(item, "link"), "title", gettext("Pinned by {name}", { name: pinned_by.name }));
  setAttribute(off, "aria-label", gettext("Unpin the post of {name}", { name: author.name }));
  off.hidden = !may_unpin;
}

/** Show the first picture of a post, or nothing. */
function showPicture(image, picture) {
  image.hidden = !picture;
  setAttribute(image, "src", picture?.url ?? null);
  image.alt = picture?.alt ?? "";
}
