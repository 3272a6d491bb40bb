// The language in which captions are understood. Hosts and co-hosts choose it, on sites that know more than one.

import { gettext } from "../../spaces/js/lib/i18n.js";
import { part } from "../../spaces/js/lib/dom.js";
import { may } from "../../spaces/js/room/room-state.js";
import { toast } from "../../spaces/js/lib/toast.js";

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
    // Sort by name: readers look for one of ninety-nine languages by its name and not by its code.
    const isFirst = ({ value }) => value === AUTOMATIC;
    options.sort((a, b) => isFirst(b) - isFirst(a) || a.text.localeCompare(b.text));
    this.#select.replaceChildren(...options);
  }

  /** Choose a language. If the server refuses, show the earlier one again. */
  async #choose(language) {
    try {
      await this.#room.command("captions.language", { language });
      toast(gettext("Captions: {language} from now on.", { language: nameOf(language) }));
    } catch (error) {
      toast(error.message, { tone: "bad" });
      this.draw();
    }
  }
}

function nameOf(code) {
  if (code === AUTOMATIC) return gettext("Automatic, for each speaker");
  try {
    return new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(code);
  } catch {
    return code;
  }
}
