// Fleets over the whole screen: they go by on their own, a tap goes on, a hold keeps them.

import { showFace } from "../../spaces/js/avatar.js";
import { serverNow } from "../../spaces/js/clock.js";
import { part, setAttribute, setIcon, setText } from "../../spaces/js/dom.js";
import { ago } from "../../spaces/js/format.js";
import { HttpError } from "../../spaces/js/http.js";
import { toast } from "../../spaces/js/toast.js";
import { ask, send } from "./ask.js";
import { Move, Story } from "./fleet-story.js";
import { FleetViewers } from "./fleet-viewers.js";

/** A press longer than this was a hold and goes nowhere. */
const HOLD_FROM = 250;
/** No frame is drawn while nobody looks at the tab: that time does not count. */
const LONGEST_FRAME = 100;

export class FleetViewer {
  #dialog;
  #handlers;
  #viewers;
  #story = null;
  #stack = null;
  /** Whose Fleets are on their way; null once the viewer was closed. */
  #wanted = null;
  #frame = 0;
  #lastTime = 0;
  #pressedAt = 0;

  /** Handlers: `onSeen(username)`, `onDeleted()`, `neighbour(username, step)` gives whose Fleets come next, or null. */
  constructor(dialog, handlers) {
    this.#dialog = dialog;
    this.#handlers = handlers;
    this.#viewers = new FleetViewers(dialog, (isOpen) => this.#story?.hold("viewers", isOpen));
    this.#listenToButtons();
    this.#listenToPresses();
    dialog.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("close", () => this.#closed());
    // Escape goes back one step: first the list, then the viewer.
    dialog.addEventListener("cancel", (event) => this.#viewers.isOpen && this.#closeList(event));
  }

  async open(username) {
    this.#wanted = username;
    try {
      const stack = await ask(`/fleets/${username}`);
      if (this.#wanted === username) this.#begin(stack);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#dialog.close();
      toast(error.message);
    }
  }

  #begin(stack) {
    this.#stack = stack;
    this.#story = new Story(stack.fleets, stack.starts_at);
    // Whoever asked for less motion goes on by themselves.
    this.#story.hold("calm", matchMedia("(prefers-reduced-motion: reduce)").matches);
    this.#drawHead();
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#show();
    this.#lastTime = performance.now();
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
  }

  #tick(now) {
    const move = this.#story.pass(Math.min(now - this.#lastTime, LONGEST_FRAME));
    this.#lastTime = now;
    this.#follow(move);
    // Closed, or gone with the page around it.
    if (this.#story === null || !this.#dialog.open || !this.#dialog.isConnected) return;
    this.#drawBars();
    this.#frame = requestAnimationFrame((time) => this.#tick(time));
  }

  #follow(move) {
    if (move === Move.MOVED) this.#show();
    if (move === Move.OVER) this.#goTo(1);
    if (move === Move.BEFORE) this.#goTo(-1);
  }

  /** To the person beside this one in the row; beyond the last the viewer closes. */
  #goTo(step) {
    const username = this.#stack.own ? null : this.#handlers.neighbour(this.#stack.author.username, step);
    if (username) {
      cancelAnimationFrame(this.#frame);
      this.#story.hold("moving");
      this.open(username);
    } else if (step > 0) this.#dialog.close();
  }

  // --- what is shown ---

  #show() {
    const { current, index, length } = this.#story;
    const { author, own } = this.#stack;
    part(this.#dialog, "fleet-show").className = `fleet-show fleet-b${current.background}`;
    setText(part(this.#dialog, "fleet-words"), current.text);
    setText(part(this.#dialog, "fleet-ago"), ago(current.created_at, serverNow()));
    const kind = current.image ? "photo" : "text";
    setText(part(this.#dialog, "fleet-said"), `${author.name}, ${kind} ${index + 1} of ${length}. ${current.text}`);
    this.#showPhoto(current);
    this.#drawBars();
    if (own) this.#viewers.show(current.id);
    else this.#see(current);
  }

  async #showPhoto({ image }) {
    const photo = part(this.#dialog, "fleet-photo");
    const story = this.#story;
    photo.hidden = image === null;
    setAttribute(photo, "src", image);
    story.hold("loading", image !== null);
    if (image === null) return;
    photo.alt = `Photo by ${this.#stack.author.name}`;
    // A photo that cannot be shown is no reason to stand still.
    await photo.decode().catch(() => {});
    if (story.current.image === image) story.hold("loading", false);
  }

  async #see(fleet) {
    if (!fleet.seen) {
      fleet.seen = true;
      await this.#post(`/i/fleets/${fleet.id}/seen`).catch(ignoreRefusal);
    }
    if (this.#stack.fleets.every(({ seen }) => seen)) this.#handlers.onSeen(this.#stack.author.username);
  }

  #drawHead() {
    const { author, own } = this.#stack;
    setAttribute(part(this.#dialog, "fleet-profile"), "href", `/${author.username}`);
    showFace(part(this.#dialog, "face"), author);
    setText(part(this.#dialog, "fleet-name"), author.name);
    part(this.#dialog, "fleet-delete").hidden = !own;
    this.#viewers.reset(own);
    this.#drawHold();
    const bars = this.#stack.fleets.map(() => document.createElement("span"));
    part(this.#dialog, "fleet-bars").replaceChildren(...bars);
  }

  #drawBars() {
    [...part(this.#dialog, "fleet-bars").children].forEach((bar, place) => {
      const { index, fraction } = this.#story;
      const done = place < index ? 1 : place > index ? 0 : fraction;
      bar.style.setProperty("--done", done.toFixed(3));
      bar.toggleAttribute("data-now", place === index);
    });
  }

  // --- what people do ---

  #listenToButtons() {
    const listen = (name, run) => part(this.#dialog, name).addEventListener("click", run);
    listen("fleet-close", () => this.#dialog.close());
    listen("fleet-profile", () => this.#dialog.close());
    listen("fleet-hold", () => this.#toggleHold());
    listen("fleet-on", () => this.#wasTap() && this.#follow(this.#story.on()));
    listen("fleet-back", () => this.#wasTap() && this.#follow(this.#story.back()));
    listen("fleet-delete", () => this.#askToDelete());
    const dialog = part(this.#dialog, "fleet-delete-dialog");
    dialog.addEventListener("close", () => this.#deleteAnswered(dialog.returnValue));
  }

  #listenToPresses() {
    for (const zone of this.#dialog.querySelectorAll(".fleet-tap")) {
      zone.addEventListener("pointerdown", () => {
        this.#pressedAt = performance.now();
        this.#story.hold("finger");
      });
      for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
        zone.addEventListener(end, () => this.#story?.hold("finger", false));
      }
      // A long press on a touch screen would open a menu.
      zone.addEventListener("contextmenu", (event) => event.preventDefault());
    }
  }

  #wasTap() {
    const isTap = performance.now() - this.#pressedAt < HOLD_FROM || this.#pressedAt === 0;
    this.#pressedAt = 0;
    return isTap;
  }

  #key(event) {
    if (event.target.closest("dialog") !== this.#dialog || this.#viewers.isOpen) return;
    if (event.key === "ArrowRight") this.#follow(this.#story.on());
    else if (event.key === "ArrowLeft") this.#follow(this.#story.back());
    else return;
    event.preventDefault();
  }

  #toggleHold() {
    const button = part(this.#dialog, "fleet-hold");
    const isHeld = button.getAttribute("aria-label") === "Pause";
    this.#story.hold("calm", false);
    this.#story.hold("button", isHeld);
    this.#drawHold(isHeld);
  }

  #drawHold(isHeld = this.#story.isHeld) {
    const button = part(this.#dialog, "fleet-hold");
    setAttribute(button, "aria-label", isHeld ? "Play" : "Pause");
    setIcon(button.querySelector("svg"), isHeld ? "play" : "pause");
  }

  #closeList(event) {
    event.preventDefault();
    this.#viewers.close();
  }

  #askToDelete() {
    const dialog = part(this.#dialog, "fleet-delete-dialog");
    this.#story.hold("deleting");
    dialog.returnValue = "";
    dialog.showModal();
  }

  async #deleteAnswered(answer) {
    this.#story.hold("deleting", false);
    if (answer !== "delete") return;
    try {
      await this.#post(`/i/fleets/${this.#story.current.id}/delete`);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      toast(error.message);
      return;
    }
    this.#handlers.onDeleted();
    const move = this.#story.drop();
    part(this.#dialog, "fleet-bars").firstElementChild.remove();
    this.#follow(move);
  }

  #post(path) {
    return send(path, new FormData(part(this.#dialog, "fleet-token")));
  }

  #closed() {
    cancelAnimationFrame(this.#frame);
    this.#story = this.#wanted = null;
    setAttribute(part(this.#dialog, "fleet-photo"), "src", null);
  }
}

/** Who saw it is the author's concern; the reader is not bothered. */
function ignoreRefusal(error) {
  if (!(error instanceof HttpError)) throw error;
}
