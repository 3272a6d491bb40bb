// The composer, a dialog over any page. "Compose" opens it, and so do elements with `data-compose-about` (a post to
// answer or to quote), `data-compose-space` and `data-compose-clip` (a Space or a clip to share).

import { local } from "../../spaces/js/lib/comforts.js";
import { closeOnBackdrop, part, setText } from "../../spaces/js/lib/dom.js";
import { gettext } from "../../spaces/js/lib/i18n.js";
import { HttpError } from "../../spaces/js/lib/http.js";
import { onPage } from "../../spaces/js/lib/navigation.js";
import { toast } from "../../spaces/js/lib/toast.js";
import { send } from "./ask.js";
import { Pictures } from "./composer-pictures.js";
import { Drafts } from "./drafts.js";
import { addPost } from "./lists.js";
import { MAX_WEIGHT, weightedLength } from "./weight.js";

const drafts = new Drafts(local, document.documentElement.dataset.viewer ?? "");
const SHOW_COUNT_FROM = MAX_WEIGHT - 40;
/** The time (ms) for a post, and for one with pictures, which takes longer. */
const WITHIN = 10_000;
const WITH_PICTURES_WITHIN = 90_000;

export function startComposer() {
  const dialog = document.querySelector("[data-composer]");
  if (!dialog) return;
  const composer = new Composer(dialog);
  document.addEventListener("click", (event) => composer.openFor(event));
  document.addEventListener("submit", ({ target }) => target.action?.endsWith?.("/accounts/logout/") && drafts.forget());
  onPage((page) => {
    const form = part(page, "composer-form");
    if (form) new Form(form, () => {});
  });
}

class Composer {
  #dialog;
  #form;

  constructor(dialog) {
    this.#dialog = dialog;
    this.#form = new Form(part(dialog, "composer-form"), (post) => this.#posted(post));
    part(dialog, "composer-close").addEventListener("click", () => dialog.close());
    closeOnBackdrop(dialog);
  }

  openFor(event) {
    const opener = event.target.closest?.("[data-compose], [data-compose-about], [data-compose-space], [data-compose-clip]");
    if (!opener || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    opener.closest("details")?.removeAttribute("open");
    this.#open(opener.dataset);
  }

  #open({ composeAbout = "", about = "", aboutName = "", composeSpace = "", composeClip = "" }) {
    const fields = { reply_to: "", quote_of: "" };
    if (composeAbout) fields[composeAbout] = about;
    const shared = composeSpace ? `spaces/${composeSpace}` : composeClip && `clips/${composeClip}`;
    this.#form.begin(fields, shared ? `${location.origin}/i/${shared}` : null);
    setText(part(this.#dialog, "composer-title"), titleOf(composeAbout, aboutName));
    this.#dialog.showModal();
    this.#form.focus();
  }

  #posted(post) {
    this.#dialog.close();
    addPost(post);
  }
}

function titleOf(kind, name) {
  if (kind === "reply_to") return gettext("Reply to {name}", { name });
  return kind === "quote_of" ? gettext("Quote {name}", { name }) : gettext("New post");
}

/** One composer form. It counts characters as the user types, and posts without leaving the page. */
class Form {
  #form;
  #onPosted;
  #isSending = false;
  #pictures;

  constructor(form, onPosted) {
    this.#form = form;
    this.#onPosted = onPosted;
    this.#pictures = new Pictures(form, (fault) => this.#changed(fault));
    this.#changed("");
    form.elements.text.addEventListener("input", () => this.#typed());
    form.elements.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) form.requestSubmit();
    });
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#draw();
  }

  /** Begin to write. An unfinished text stays, unless it was about another post or Space. */
  begin(fields, text) {
    const { elements } = this.#form;
    const isOther = Object.entries(fields).some(([name, value]) => elements[name].value !== value);
    if (isOther) this.#pictures.clear();
    for (const [name, value] of Object.entries(fields)) elements[name].value = value;
    if (isOther || text !== null || elements.text.value === "") elements.text.value = text ?? drafts.about(this.#about);
    setText(part(this.#form, "errors"), "");
    this.#draw();
  }

  focus() {
    const { text } = this.#form.elements;
    text.focus();
    text.setSelectionRange(0, 0);
  }

  /** What is written is about this: the key of its draft. */
  get #about() {
    const { reply_to: reply, quote_of: quote } = this.#form.elements;
    if (reply.value) return `reply_to:${reply.value}`;
    return quote.value ? `quote_of:${quote.value}` : "";
  }

  /** A post needs a text only if it has no picture. */
  #changed(fault) {
    if (!this.#pictures) return;
    this.#form.elements.text.required = this.#pictures.count === 0;
    setText(part(this.#form, "errors"), fault);
  }

  #typed() {
    drafts.keep(this.#about, this.#form.elements.text.value);
    this.#draw();
  }

  #draw() {
    const left = MAX_WEIGHT - weightedLength(this.#form.elements.text.value);
    const output = part(this.#form, "weight");
    setText(output, left < MAX_WEIGHT - SHOW_COUNT_FROM ? String(left) : "");
    output.toggleAttribute("data-too-long", left < 0);
  }

  async #submit(event) {
    if (!this.#isInDialog()) {
      drafts.keep(this.#about, ""); // the page that comes back after a fault has the text
      return;
    }
    event.preventDefault();
    if (this.#isSending) return;
    this.#isSending = true;
    const button = this.#form.querySelector("[type=submit]");
    button.setAttribute("aria-disabled", "true");
    setText(part(this.#form, "errors"), "");
    try {
      await this.#pictures.ready;
      const fields = new FormData(this.#form);
      const within = this.#pictures.count ? WITH_PICTURES_WITHIN : WITHIN;
      const post = await send(this.#form.action, fields, { within });
      drafts.keep(this.#about, "");
      this.#form.reset();
      this.#draw();
      this.#onPosted({ ...post, replyTo: fields.get("reply_to") });
      toast(fields.get("reply_to") ? gettext("Your reply is posted.") : gettext("Posted."), { tone: "good" });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      setText(part(this.#form, "errors"), error.message);
    } finally {
      this.#isSending = false;
      button.removeAttribute("aria-disabled");
    }
  }

  /** Return whether the form is in a dialog. On a page of its own it is a plain form that leads to the new post. */
  #isInDialog() {
    return this.#form.closest("dialog") !== null;
  }
}
