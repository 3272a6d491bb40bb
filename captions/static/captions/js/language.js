// In which language captions are understood: for whoever runs the Space, where the site knows more than one.

import { part } from "../../spaces/js/dom.js";
import { may } from "../../spaces/js/room-state.js";
import { toast } from "../../spaces/js/toast.js";

const AUTOMATIC = "auto";

export class Language {
  #root;
  #room;
  #select;
  #translation;
  #offered = "";

  constructor(root, room) {
    this.#select = part(root, "captions-language");
    if (!this.#select) return;
    this.#root = root;
    this.#room = room;
    this.#select.addEventListener("change", () => this.#choose(this.#select.value));
    this.#translation = part(root, "captions-translation");
    this.#translation.addEventListener("change", () => this.#translate(this.#translation.checked));
    room.addEventListener("change", () => this.draw());
  }

  draw() {
    const { state } = this.#room;
    const { language, languages = [], translated = false } = state.captions ?? {};
    const canChoose = state.space?.captions && languages.length > 1 && may(state, "set_language");
    part(this.#root, "language").hidden = part(this.#root, "translation").hidden = !canChoose;
    if (!canChoose) return;
    this.#offer(languages);
    this.#select.value = language;
    this.#translation.checked = translated;
  }

  async #translate(on) {
    try {
      await this.#room.command("captions.translate", { on });
    } catch (error) {
      toast(error.message, { tone: "bad" });
      this.draw();
    }
  }

  #offer(languages) {
    if (this.#offered === languages.join()) return;
    this.#offered = languages.join();
    const options = languages.map((code) => new Option(nameOf(code), code));
    // Ninety-nine are found by their names, whatever their codes.
    const isFirst = ({ value }) => value === AUTOMATIC;
    options.sort((a, b) => isFirst(b) - isFirst(a) || a.text.localeCompare(b.text));
    this.#select.replaceChildren(...options);
  }

  /** A refusal brings the old one back. */
  async #choose(language) {
    try {
      await this.#room.command("captions.language", { language });
      toast(`Captions: ${nameOf(language)} from now on.`);
    } catch (error) {
      toast(error.message, { tone: "bad" });
      this.draw();
    }
  }
}

function nameOf(code) {
  if (code === AUTOMATIC) return "Automatic, for each speaker";
  try {
    return new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(code);
  } catch {
    return code;
  }
}
