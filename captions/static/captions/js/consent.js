// Asks a speaker once in each Space whether their words may become captions, and shows a switch while they hold a
// microphone.

import { gettext } from "../../spaces/js/lib/i18n.js";
import { part, setText } from "../../spaces/js/lib/dom.js";
import { may } from "../../spaces/js/room/room-state.js";
import { announce } from "../../spaces/js/lib/toast.js";

const WHY = {
  host: gettext("You are the host: please allow it, so that people who cannot hear can follow."),
  other: gettext("People who cannot hear can then follow."),
};
const SAID = { true: gettext("What you say is captioned now."), false: gettext("What you say is not captioned.") };

export class Consent {
  #root;
  #room;
  /** The answer that the user tapped, until the server has confirmed it. */
  #tapped = null;
  #wasAsked = false;

  constructor(root, room) {
    this.#root = root;
    this.#room = room;
    part(root, "consent-allow").addEventListener("click", () => this.#answer(true));
    part(root, "consent-refuse").addEventListener("click", () => this.#answer(false));
    part(root, "consent-given").addEventListener("change", ({ target }) => this.#answer(target.checked));
    room.addEventListener("change", () => this.draw());
  }

  draw() {
    const { state, isInside } = this.#room;
    const canAnswer = isInside && state.captions !== null && state.space.captions && may(state, "consent");
    const answer = this.#tapped ?? state.captions?.consent ?? null;
    this.#drawQuestion(canAnswer && answer === null, state);
    part(this.#root, "consent-switch").hidden = !canAnswer;
    part(this.#root, "consent-given").checked = answer === "given";
  }

  #drawQuestion(isAsked, { you, captions }) {
    part(this.#root, "consent").hidden = !isAsked;
    if (!isAsked) {
      this.#wasAsked = false;
      return;
    }
    setText(part(this.#root, "consent-why"), you.role === "host" ? WHY.host : WHY.other);
    part(this.#root, "consent-browser").hidden = !captions.browser;
    if (!this.#wasAsked) announce(gettext("May what you say be shown as captions? Please answer above the controls."));
    this.#wasAsked = true;
  }

  /** Show the answer at once. If the server refuses it, the question or the switch comes back. */
  async #answer(given) {
    this.#tapped = given ? "given" : "refused";
    this.draw();
    const isDone = await this.#room.consent(given);
    this.#tapped = null;
    if (isDone) announce(SAID[given]);
    this.draw();
  }
}
