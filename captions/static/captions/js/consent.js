// Whether one's own words become captions: asked once in each Space, and a switch for as long as one holds a microphone.

import { part, setText } from "../../spaces/js/dom.js";
import { may } from "../../spaces/js/room-state.js";
import { announce } from "../../spaces/js/toast.js";

const WHY = {
  host: "You are the host: please allow it, so that people who cannot hear can follow.",
  other: "People who cannot hear can then follow.",
};
const SAID = { true: "What you say is captioned now.", false: "What you say is not captioned." };

export class Consent {
  #root;
  #room;
  /** What was tapped, until the server has said so. */
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
    if (!this.#wasAsked) announce("May what you say be shown as captions? Please answer above the controls.");
    this.#wasAsked = true;
  }

  /** Shown at once; a refusal by the server brings the question, or the switch, back. */
  async #answer(given) {
    this.#tapped = given ? "given" : "refused";
    this.draw();
    const isDone = await this.#room.consent(given);
    this.#tapped = null;
    if (isDone) announce(SAID[given]);
    this.draw();
  }
}
