// The composer: a dialog over any page. "Compose" opens it; so does everything with `data-compose-about` (a post to
// answer or to quote) and `data-compose-space` (a Space to share).

import { part, setText } from "../../spaces/js/dom.js";
import { HttpError, postForm } from "../../spaces/js/http.js";
import { onPage } from "../../spaces/js/navigation.js";
import { toast } from "../../spaces/js/toast.js";
import { addPost } from "./lists.js";
import { MAX_WEIGHT, weightedLength } from "./weight.js";

const SHOW_COUNT_FROM = MAX_WEIGHT - 40;

export function startComposer() {
  const dialog = document.querySelector("[data-composer]");
  if (!dialog) return;
  const composer = new Composer(dialog);
  document.addEventListener("click", (event) => composer.openFor(event));
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
    // A tap on the backdrop is a tap on the dialog itself.
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  }

  openFor(event) {
    const opener = event.target.closest?.("[data-compose], [data-compose-about], [data-compose-space]");
    if (!opener || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    opener.closest("details")?.removeAttribute("open");
    this.#open(opener.dataset);
  }

  #open({ composeAbout = "", about = "", aboutName = "", composeSpace = "" }) {
    const fields = { reply_to: "", quote_of: "" };
    if (composeAbout) fields[composeAbout] = about;
    this.#form.begin(fields, composeSpace ? `${location.origin}/i/spaces/${composeSpace}` : null);
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
  if (kind === "reply_to") return `Reply to ${name}`;
  return kind === "quote_of" ? `Quote ${name}` : "New post";
}

/** One composer form: counts while one types, posts without leaving the page. */
class Form {
  #form;
  #onPosted;
  #isSending = false;

  constructor(form, onPosted) {
    this.#form = form;
    this.#onPosted = onPosted;
    form.elements.text.addEventListener("input", () => this.#draw());
    form.elements.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) form.requestSubmit();
    });
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#draw();
  }

  /** What was being written stays, unless it was about something else. */
  begin(fields, text) {
    const { elements } = this.#form;
    const isOther = Object.entries(fields).some(([name, value]) => elements[name].value !== value);
    for (const [name, value] of Object.entries(fields)) elements[name].value = value;
    if (isOther || text !== null) elements.text.value = text ?? "";
    setText(part(this.#form, "errors"), "");
    this.#draw();
  }

  focus() {
    const { text } = this.#form.elements;
    text.focus();
    text.setSelectionRange(0, 0);
  }

  #draw() {
    const left = MAX_WEIGHT - weightedLength(this.#form.elements.text.value);
    const output = part(this.#form, "weight");
    setText(output, left < MAX_WEIGHT - SHOW_COUNT_FROM ? String(left) : "");
    output.toggleAttribute("data-too-long", left < 0);
  }

  async #submit(event) {
    if (!this.#isInDialog()) return;
    event.preventDefault();
    if (this.#isSending) return;
    this.#isSending = true;
    setText(part(this.#form, "errors"), "");
    try {
      const fields = new FormData(this.#form);
      const post = await postForm(this.#form);
      this.#form.reset();
      this.#draw();
      this.#onPosted({ ...post, replyTo: fields.get("reply_to") });
      toast(fields.get("reply_to") ? "Your reply is posted." : "Posted.", { tone: "good" });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      setText(part(this.#form, "errors"), error.message);
    } finally {
      this.#isSending = false;
    }
  }

  /** On a page of its own a plain form does what is right: it leads to the post. */
  #isInDialog() {
    return this.#form.closest("dialog") !== null;
  }
}
