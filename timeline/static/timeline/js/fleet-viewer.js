// Shows Fleets over the whole screen, one after the other. A tap shows the next, and holding a finger pauses.

import { gettext } from "../../spaces/js/lib/i18n.js";
import { showFace } from "../../spaces/js/lib/avatar.js";
import { serverNow } from "../../spaces/js/lib/clock.js";
import { part, setAttribute, setIcon, setText } from "../../spaces/js/lib/dom.js";
import { ago } from "../../spaces/js/lib/format.js";
import { HttpError } from "../../spaces/js/lib/http.js";
import { toast } from "../../spaces/js/lib/toast.js";
import { ask, send } from "./ask.js";
import { Move, Story } from "./fleet-story.js";
import { FleetViewers } from "./fleet-viewers.js";

/** A press longer than this (ms) pauses, and shows no other Fleet at its end. */
const HOLD_FROM = 250;
/** The most time (ms) that one frame counts for. A hidden tab draws no frames, and its time must not count. */
const LONGEST_FRAME = 100;

export class FleetViewer {
  #dialog;
  #handlers;
  #viewers;
  #story = null;
  #stack = null;
  /** The user name whose Fleets are being loaded, or null after the viewer was closed. */
  #wanted = null;
  #frame = 0;
  #lastTime = 0;
  #pressedAt = 0;

  /** `handlers`: `onSeen(username)`, `onDeleted()`, and `neighbour(username, step)`: the next user name, or null. */
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
    // With reduced motion, the user goes to the next Fleet themselves.
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
    // The viewer was closed, or its page was left.
    if (this.#story === null || !this.#dialog.open || !this.#dialog.isConnected) return;
    this.#drawBars();
    this.#frame = requestAnimationFrame((time) => this.#tick(time));
  }

  #follow(move) {
    if (move === Move.MOVED) this.#show();
    if (move === Move.OVER) this.#goTo(1);
    if (move === Move.BEFORE) this.#goTo(-1);
  }

  /** Go to the next person in the row, or close after the last one. */
  #goTo(step) {
    const username = this.#stack.own ? null : this.#handlers.neighbour(this.#stack.author.username, step);
    if (username) {
      cancelAnimationFrame(this.#frame);
      this.#story.hold("moving");
      this.open(username);
    } else if (step > 0) this.#dialog.close();
  }

  // --- Drawing ---

  #show() {
    const { current, index, length } = this.#story;
    const { author, own } = this.#stack;
    part(this.#dialog, "fleet-show").className = `fleet-show fleet-b${current.background}`;
    setText(part(this.#dialog, "fleet-words"), current.text);
    setText(part(this.#dialog, "fleet-ago"), ago(current.created_at, serverNow()));
    const values = { name: author.name, number: index + 1, total: length, text: current.text };
    const said = current.image
      ? gettext("{name}, photo {number} of {total}. {text}", values)
      : gettext("{name}, text {number} of {total}. {text}", values);
    setText(part(this.#dialog, "fleet-said"), said);
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
    photo.alt = gettext("Photo by {name}", { name: this.#stack.author.name });
    // If the photo cannot be decoded, the Fleet goes on without it.
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

  // --- Input ---

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
    const isHeld = button.dataset.does === "pause";
    this.#story.hold("calm", false);
    this.#story.hold("button", isHeld);
    this.#drawHold(isHeld);
  }

  #drawHold(isHeld = this.#story.isHeld) {
    const button = part(this.#dialog, "fleet-hold");
    button.dataset.does = isHeld ? "play" : "pause";
    setAttribute(button, "aria-label", isHeld ? gettext("Play") : gettext("Pause"));
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

/** Show the reader no error if the view could not be recorded. Only the author would miss it. */
function ignoreRefusal(error) {
  if (!(error instanceof HttpError)) throw error;
}
