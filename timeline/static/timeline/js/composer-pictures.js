// The pictures of a post that is being written: four fields of its form, which one button fills.

import { part, setAttribute } from "../../spaces/js/lib/dom.js";
import { gettext } from "../../spaces/js/lib/i18n.js";
import { shrunk } from "./shrink.js";

const MOST = 4;
/** Bytes of all pictures together. The server takes no larger request. */
const MOST_BYTES = 10 * 1024 * 1024;

export class Pictures {
  #root;
  #add;
  #slots;
  #onChange;
  #pending = Promise.resolve();

  /** `onChange(fault)` is called after each change, with a text if something was refused, or an empty one. */
  constructor(form, onChange) {
    this.#root = part(form, "pictures");
    this.#add = part(form, "add-pictures");
    this.#onChange = onChange;
    this.#slots = [...this.#root.querySelectorAll("[data-slot]")].map((element) => new Slot(element));
    this.#root.open = true;
    this.#root.setAttribute("data-script", "");
    this.#add.hidden = false;
    const picker = part(this.#root, "picker");
    this.#add.addEventListener("click", () => this.#isFull || picker.click());
    picker.addEventListener("change", () => {
      this.#take([...picker.files]);
      picker.value = "";
    });
    form.elements.text.addEventListener("paste", (event) => this.#pasted(event));
    form.addEventListener("reset", () => this.#write([]));
    this.#root.addEventListener("click", ({ target }) => this.#remove(target.closest("[data-remove]")));
    this.#root.addEventListener("input", () => this.#draw());
    this.#draw();
  }

  get count() {
    return this.#chosen().length;
  }

  /** Resolves when every picture that was chosen is in its field. */
  get ready() {
    return this.#pending;
  }

  clear() {
    this.#write([]);
  }

  get #isFull() {
    return this.count >= MOST;
  }

  #pasted(event) {
    const images = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith("image/"));
    if (images.length === 0) return;
    event.preventDefault();
    this.#take(images);
  }

  #take(files) {
    this.#pending = this.#pending.then(() => this.#taken(files));
  }

  async #taken(files) {
    const before = this.#chosen();
    const added = [];
    for (const file of files.slice(0, MOST - before.length)) added.push({ file: await shrunk(file), alt: "" });
    const all = [...before, ...added];
    const bytes = all.reduce((sum, { file }) => sum + file.size, 0);
    if (bytes > MOST_BYTES) return this.#onChange(gettext("The pictures are larger than 10 MB together."));
    this.#write(all);
    if (added.length > 0) this.#slots[before.length].focus();
    return files.length > added.length && this.#onChange(gettext("A post has at most 4 pictures."));
  }

  #remove(button) {
    if (!button) return;
    this.#write(this.#chosen().filter(({ slot }) => !slot.has(button)));
    this.#add.focus();
  }

  #chosen() {
    return this.#slots.filter(({ file }) => file).map((slot) => ({ slot, file: slot.file, alt: slot.alt }));
  }

  /** Fill the fields from the first on. */
  #write(pictures) {
    this.#slots.forEach((slot, place) => slot.put(pictures[place] ?? null));
    this.#draw();
  }

  #draw() {
    for (const slot of this.#slots) slot.draw();
    this.#root.hidden = this.count === 0;
    setAttribute(this.#add, "aria-disabled", this.#isFull ? "true" : null);
    this.#onChange("");
  }
}

/** One field with its preview and its description. */
class Slot {
  #element;
  #input;
  #alt;
  #shown = null;
  #url = "";

  constructor(element) {
    this.#element = element;
    this.#input = element.querySelector("[type=file]");
    this.#alt = part(element, "alt");
    part(element, "remove").hidden = false;
  }

  get file() {
    return this.#input.files[0] ?? null;
  }

  get alt() {
    return this.#alt.value;
  }

  has(node) {
    return this.#element.contains(node);
  }

  focus() {
    this.#alt.focus();
  }

  put(picture) {
    const transfer = new DataTransfer();
    if (picture) transfer.items.add(picture.file);
    this.#input.files = transfer.files;
    this.#alt.value = picture?.alt ?? "";
  }

  draw() {
    const { file } = this;
    this.#element.hidden = file === null;
    part(this.#element, "missing").hidden = this.#alt.value.trim() !== "";
    if (file === this.#shown) return;
    this.#shown = file;
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = file ? URL.createObjectURL(file) : "";
    const preview = part(this.#element, "preview");
    preview.hidden = file === null;
    setAttribute(preview, "src", this.#url || null);
  }
}
