// The dialog to pin a post: one of the user's latest posts with one tap, or any post by its link.

import { closeOnBackdrop, fromTemplate, keyed, part, setAttribute, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { HttpError, getJson, postForm } from "../lib/http.js";
import { toast } from "../lib/toast.js";

export class PinDialog {
  #dialog;
  #form;
  #room;
  #isSending = false;

  constructor(root, room) {
    this.#dialog = part(root, "pin-dialog");
    this.#form = part(root, "pin-form");
    this.#room = room;
    this.#listen(root);
  }

  #listen(root) {
    const dialog = this.#dialog;
    part(root, "pin-open").addEventListener("click", () => this.#open());
    part(dialog, "pin-close").addEventListener("click", () => dialog.close());
    closeOnBackdrop(dialog);
    part(dialog, "pin-choices").addEventListener("click", ({ target }) => this.#tapped(target.closest("button")));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  #open() {
    this.#form.reset();
    this.#say("");
    this.#dialog.showModal();
    this.#form.elements.post.focus();
    this.#fetch();
  }

  async #fetch() {
    try {
      const { posts } = await getJson(`/i/spaces/${this.#room.id}/pins/choices`);
      keyed(part(this.#dialog, "pin-choices"), posts, { create: () => fromTemplate("pin-choice-template"), update: drawChoice });
      part(this.#dialog, "pin-none").hidden = posts.length > 0;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#say(error.message);
    }
  }

  #tapped(button) {
    if (!button) return;
    this.#form.elements.post.value = button.closest("[data-key]").dataset.key;
    this.#send();
  }

  async #send() {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#say("");
    this.#form.action = `/i/spaces/${this.#room.id}/pins/add`;
    try {
      await postForm(this.#form);
      this.#dialog.close();
      toast(gettext("Everyone in the Space sees it now."), { tone: "good" });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#say(error.message);
      this.#form.elements.post.focus();
    } finally {
      this.#isSending = false;
    }
  }

  #say(error) {
    setText(part(this.#form, "errors"), error);
    setAttribute(this.#form.elements.post, "aria-invalid", error ? "true" : null);
  }
}

function drawChoice(item, { text }) {
  setText(part(item, "text"), text);
  setAttribute(item.querySelector("button"), "aria-label", gettext("Pin {text}", { text: text.slice(0, 60) }));
}
