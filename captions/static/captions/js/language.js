// In which language captions are understood: for whoever runs the Space, where the site knows more than one.

import { part } from "../../spaces/js/dom.js";
import { may } from "../../spaces/js/room-state.js";
import { toast } from "../../spaces/js/toast.js";

export class Language {
  #root;
  #room;
  #select;
  #offered = "";

  constructor(root, room) {
    this.#select = part(root, "captions-language");
    if (!this.#select) return;
    this.#root = root;
    this.#room = room;
    this.#select.addEventListener("change", () => this.#choose(this.#select.value));
    room.addEventListener("change", () => this.draw());
  }

  draw() {
    const { state } = this.#room;
    const { language, languages = [] } = state.captions ?? {};
    const canChoose = state.space?.captions && languages.length > 1 && may(state, "set_language");
    part(this.#root, "language").hidden = !canChoose;
    if (!canChoose) return;
    this.#offer(languages);
    this.#select.value = language;
  }

  #offer(languages) {
    if (this.#offered === languages.join()) return;
    this.#offered = languages.join();
    this.#select.replaceChildren(...languages.map((code) => new Option(nameOf(code), code)));
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
  try {
    return new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(code);
  } catch {
    return code;
  }
}
