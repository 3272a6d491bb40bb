// The keys of a user with a microphone: M mutes and unmutes, and the space bar talks while it is held, if the user chose
// that. Keys that are meant for a field, a button or a dialog are left to them.

import { chosenDevices } from "./devices.js";
import { holdsMic } from "./room-state.js";

const TAKES_KEYS = "input, textarea, select, button, a, summary, audio, video, [contenteditable], [role=button], [role=slider]";
const TAKES_LETTERS = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";

export class TalkKeys {
  #room;
  #isHeld = false;

  constructor(room, page = document) {
    this.#room = room;
    page.addEventListener("keydown", (event) => this.#down(event));
    page.addEventListener("keyup", ({ key }) => key === " " && this.#let());
    // The key is let go elsewhere.
    page.addEventListener("visibilitychange", () => page.hidden && this.#let());
    page.defaultView?.addEventListener("blur", () => this.#let());
  }

  #down(event) {
    if (!this.#mayTalk || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isInDialog(event)) return;
    const { hasKeys, pushesToTalk } = chosenDevices();
    if (hasKeys && event.key.toLowerCase() === "m" && !event.repeat && !event.target.closest?.(TAKES_LETTERS)) this.#toggle();
    if (pushesToTalk && event.key === " " && !event.target.closest?.(TAKES_KEYS)) this.#hold(event);
  }

  get #mayTalk() {
    return this.#room.isInside && holdsMic(this.#room.state.you);
  }

  #toggle() {
    const { microphone, state } = this.#room;
    if (state.you.muted) microphone.unmute();
    else microphone.mute();
  }

  #hold(event) {
    // The page must not scroll, however long the key is held.
    event.preventDefault();
    if (event.repeat || this.#isHeld || !this.#room.state.you.muted) return;
    this.#isHeld = true;
    this.#room.microphone.unmute();
  }

  #let() {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#room.microphone.cancel();
    this.#room.microphone.mute();
  }
}

/** The management panel is no such dialog: the own microphone stays in reach there. */
function isInDialog({ target }) {
  return Boolean(target.closest?.(".dialog, [popover]"));
}
