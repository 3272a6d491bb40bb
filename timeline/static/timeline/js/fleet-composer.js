// Writes a Fleet: a text on a colour or over a photo.

import { closeOnBackdrop, part, setText } from "../../spaces/js/lib/dom.js";
import { gettext } from "../../spaces/js/lib/i18n.js";
import { toast } from "../../spaces/js/lib/toast.js";
import { HttpError } from "../../spaces/js/lib/http.js";
import { send } from "./ask.js";

/** The time (ms) for an upload: an image takes longer than a form. */
const WITHIN = 60_000;

export class FleetComposer {
  #dialog;
  #form;
  #onShared;
  #photoUrl = null;
  #isSending = false;

  constructor(dialog, { onShared }) {
    this.#dialog = dialog;
    this.#form = part(dialog, "fleet-form");
    this.#onShared = onShared;
    part(dialog, "fleet-composer-close").addEventListener("click", () => dialog.close());
    closeOnBackdrop(dialog);
    dialog.addEventListener("close", () => this.#reset());
    this.#form.addEventListener("change", () => this.#draw());
    this.#form.elements.image.addEventListener("cancel", () => this.#canceled());
    this.#form.addEventListener("submit", (event) => this.#submit(event));
  }

  /** Open as "text", "photo" or "camera". The system's picker opens at once, which browsers allow only after a tap. */
  open(kind) {
    const { image, text } = this.#form.elements;
    this.#dialog.dataset.kind = kind;
    text.placeholder = kind === "text" ? gettext("What is happening today?") : gettext("Add a few words");
    this.#draw();
    this.#dialog.showModal();
    if (kind === "text") {
      text.focus();
      return;
    }
    if (kind === "camera") image.setAttribute("capture", "environment");
    else image.removeAttribute("capture");
    image.click();
  }

  #canceled() {
    if (this.#form.elements.image.files.length === 0) this.#dialog.close();
  }

  #draw() {
    const { image, background } = this.#form.elements;
    const paper = part(this.#dialog, "fleet-paper");
    paper.className = `fleet-paper fleet-b${background.value}`;
    this.#showPhoto(image.files[0] ?? null);
  }

  #showPhoto(file) {
    if (this.#photoUrl) URL.revokeObjectURL(this.#photoUrl);
    this.#photoUrl = file && URL.createObjectURL(file);
    const photo = part(this.#dialog, "fleet-photo");
    photo.hidden = file === null;
    if (file) photo.src = this.#photoUrl;
    else photo.removeAttribute("src");
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#isSending) return;
    this.#isSending = true;
    const button = this.#form.querySelector("[type=submit]");
    button.setAttribute("aria-disabled", "true");
    setText(part(this.#form, "errors"), "");
    try {
      await send(this.#form.action, new FormData(this.#form), { within: WITHIN });
      this.#dialog.close();
      this.#onShared();
      toast(gettext("Shared for 24 hours."), { tone: "good" });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      setText(part(this.#form, "errors"), error.message);
    } finally {
      this.#isSending = false;
      button.removeAttribute("aria-disabled");
    }
  }

  #reset() {
    this.#form.reset();
    setText(part(this.#form, "errors"), "");
    this.#draw();
  }
}
