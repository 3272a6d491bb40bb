// The recording of a Space: the host starts and stops it, and a user agrees before their voice is heard.

import { gettext } from "../lib/i18n.js";
import { part } from "../lib/dom.js";
import { may } from "./room-state.js";
import { toast } from "../lib/toast.js";

export class Recording {
  #root;
  #room;

  constructor(root, room) {
    this.#root = root;
    this.#room = room;
    room.askAgreement = (text) => this.#ask("agree", text);
    part(root, "record").addEventListener("change", ({ target }) => this.#set(target.checked));
    part(root, "record-show").addEventListener("change", ({ target }) => this.#show(target.checked));
    room.addEventListener("change", () => this.draw());
  }

  draw() {
    const { state, isInside } = this.#room;
    part(this.#root, "record-switch").hidden = !isInside || !may(state, "record");
    part(this.#root, "record").checked = Boolean(state.space?.recording);
    part(this.#root, "record-show-switch").hidden = !isInside || !may(state, "record") || !state.space?.recording;
    part(this.#root, "record-show").checked = Boolean(state.space?.from_start);
    if (!isInside) for (const name of ["agree", "record"]) this.#dialog(name).close();
  }

  async #set(isOn) {
    if (isOn && !(await this.#ask("record"))) return this.draw();
    const isDone = await (isOn ? this.#room.startRecording() : this.#room.stopRecording());
    if (isDone && !isOn) toast(gettext("The recording stopped. What was recorded stays."));
    this.draw();
  }

  async #show(isOn) {
    const isDone = await this.#room.showRecording(isOn);
    if (isDone) toast(isOn ? gettext("Listeners can start from the beginning.") : gettext("Only you can hear the recording now."));
    this.draw();
  }

  /** Show a question. Resolves with whether it was answered with yes. */
  #ask(name, text = null) {
    const dialog = this.#dialog(name);
    if (text) part(dialog, `${name}-why`).textContent = text;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === name), { once: true });
    });
  }

  #dialog(name) {
    return part(this.#root, `${name}-dialog`);
  }
}
