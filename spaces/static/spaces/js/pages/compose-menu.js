// The row of choices that a long press on "Compose" opens. The user lifts the finger over a choice or taps it. Arrow up
// and the menu key open the row, too. A short press opens the composer as before.

import { part } from "../lib/dom.js";
import { isOpen } from "../lib/menus.js";
import { LONG_PRESS, Outcome, Press, stepTo } from "../lib/press.js";

const COMPOSE = ".compose";

export function startFan() {
  const menu = part(document, "fan");
  if (menu) new Fan(menu);
}

class Fan {
  #menu;
  #press = new Press();
  #button = null;
  #timer = 0;
  /** Whether to swallow the click after the lift. It may come late on a busy phone, or never; the next press ends
   *  the wait. */
  #swallowsClick = false;

  constructor(menu) {
    this.#menu = menu;
    const on = (type, handle, options) => document.addEventListener(type, handle, options);
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#moved(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", () => this.#end());
    on("keydown", (event) => this.#key(event));
    // Keep the browser's own menu away on a long touch and on the menu key.
    on("contextmenu", (event) => event.target.closest?.(COMPOSE) && event.preventDefault());
    on("dragstart", (event) => event.target.closest?.(COMPOSE) && event.preventDefault());
    // Capture the click before the composer gets it.
    on("click", (event) => this.#clicked(event), { capture: true });
    // Close the row before the choice opens a sheet, which handles Escape itself and returns the focus to where it was.
    addEventListener("click", ({ target }) => this.#isOpen && menu.contains(target) && this.#leave(), { capture: true });
    menu.addEventListener("toggle", ({ newState }) => this.#toggled(newState === "open"));
  }

  get #isOpen() {
    return isOpen(this.#menu);
  }

  get #choices() {
    return [...this.#menu.querySelectorAll("[data-fan-choice]")];
  }

  #down(event) {
    this.#swallowsClick = false;
    const button = event.target.closest?.(COMPOSE);
    if (!button) {
      if (!this.#menu.contains(event.target)) this.#close();
      return;
    }
    if (event.button !== 0 || !event.isPrimary) return;
    // Release the pointer capture: otherwise a touch sends its events only to the element that it touched first.
    if (event.target.hasPointerCapture?.(event.pointerId)) event.target.releasePointerCapture(event.pointerId);
    this.#button = button;
    this.#press.down(event.timeStamp, placeOf(event));
    button.toggleAttribute("data-pressing", true);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#due(event.timeStamp + LONG_PRESS), LONG_PRESS);
  }

  #due(now) {
    if (this.#press.tick(now)) this.#open();
  }

  #moved(event) {
    if (!this.#press.isDown) return;
    if (this.#press.move(placeOf(event))) this.#end();
    else if (this.#press.isLong) this.#mark(this.#choiceAt(event));
  }

  #up(event) {
    const outcome = this.#press.up();
    this.#end();
    if (outcome !== Outcome.LONG) return;
    this.#swallowsClick = true;
    this.#choose(this.#choiceAt(event));
  }

  #end() {
    clearTimeout(this.#timer);
    this.#press.cancel();
    this.#button?.removeAttribute("data-pressing");
  }

  #clicked(event) {
    if (!this.#swallowsClick || !event.isTrusted || event.detail === 0) return;
    this.#swallowsClick = false;
    event.preventDefault();
    event.stopPropagation();
  }

  #key(event) {
    if (event.key === "Escape" && this.#isOpen) {
      event.preventDefault();
      this.#leave();
      return;
    }
    const button = event.target.closest?.(COMPOSE);
    if (button && (event.key === "ArrowUp" || event.key === "ContextMenu")) {
      event.preventDefault();
      this.#button = button;
      this.#open();
      this.#choices[0].focus();
    } else if (this.#menu.contains(event.target)) {
      this.#walk(event);
    }
  }

  #walk(event) {
    const choices = this.#choices;
    const next = stepTo(event.key, choices.indexOf(event.target), choices.length);
    if (next !== null) choices[next].focus();
    else if (event.key === " ") event.target.click();
    else if (event.key === "Tab") this.#leave();
    if (next !== null || event.key === " ") event.preventDefault();
  }

  #open() {
    this.#menu.showPopover();
    this.#place();
  }

  #place() {
    const { top, right } = this.#button.getBoundingClientRect();
    const { offsetHeight, offsetWidth } = this.#menu;
    const left = Math.max(12, Math.min(right - offsetWidth, innerWidth - offsetWidth - 12));
    this.#menu.style.insetBlockStart = `${Math.max(12, top - offsetHeight - 16)}px`;
    this.#menu.style.left = `${left}px`;
  }

  #toggled(isOpen) {
    this.#button?.toggleAttribute("data-fan-open", isOpen);
    if (!isOpen) this.#mark(null);
  }

  #choiceAt({ clientX, clientY }) {
    return document.elementFromPoint(clientX, clientY)?.closest("[data-fan-choice]") ?? null;
  }

  #mark(choice) {
    for (const other of this.#choices) other.toggleAttribute("data-aimed", other === choice);
  }

  #choose(choice) {
    choice?.click();
  }

  #leave() {
    this.#close();
    this.#button?.focus();
  }

  #close() {
    if (this.#isOpen) this.#menu.hidePopover();
  }
}

function placeOf({ clientX, clientY }) {
  return { x: clientX, y: clientY };
}
