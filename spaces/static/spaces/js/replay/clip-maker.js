// Choose a part of the replay and make a clip of it: by two sliders, or by lines of the transcript.

import { ngettext } from "../lib/i18n.js";
import { part, setAttribute, setText } from "../lib/dom.js";
import { HttpError, postForm } from "../lib/http.js";
import { clipAt, formTime, movedEnd, movedStart, withLine } from "./clip-times.js";
import { go } from "./go.js";
import { replay } from "./replay.js";
import { clockText, spokenTime } from "./replay-times.js";

const SECOND = 1_000;

export class ClipMaker {
  #root;
  #form;
  #data;
  #clip = null;
  /** The user has chosen something: until then a line begins a clip, and does not extend the one that is offered. */
  #isChosen = false;
  #listens = false;

  /** `root` is the player's section. `signal` ends when the page is left. */
  constructor(root, data, signal) {
    this.#root = root;
    this.#form = part(root, "clip-maker");
    this.#data = data;
    part(root, "clip-open").addEventListener("click", () => this.#toggle());
    this.#on("clip-close", "click", () => this.#close());
    this.#on("clip-first", "input", ({ target }) => this.#moved(movedStart(this.#clip, target.value * SECOND, this.#length)));
    this.#on("clip-last", "input", ({ target }) => this.#moved(movedEnd(this.#clip, target.value * SECOND, this.#length)));
    this.#on("clip-listen", "click", () => this.#listen());
    this.#form.addEventListener("submit", (event) => this.#send(event));
    root.addEventListener("click", ({ target }) => this.#line(target.closest("[data-clip-line-at]")));
    replay.addEventListener("time", () => this.#heard(), { signal });
  }

  get #length() {
    return this.#data.duration_ms;
  }

  #on(name, type, run) {
    part(this.#form, name).addEventListener(type, run);
  }

  #toggle() {
    if (this.#form.hidden) this.#open(clipAt(replay.now, this.#length));
    else this.#close();
  }

  #open(clip) {
    const last = Math.floor(this.#length / SECOND);
    for (const name of ["clip-first", "clip-last"]) part(this.#form, name).max = last;
    this.#show(true);
    this.#isChosen = false;
    this.#choose(clip);
    document.getElementById("clip-maker-heading").focus();
  }

  #close() {
    this.#show(false);
    this.#clip = null;
    part(this.#root, "clip-open").focus();
  }

  #show(isOpen) {
    this.#form.hidden = !isOpen;
    part(this.#root, "clip-stretch").hidden = !isOpen;
    this.#root.toggleAttribute("data-clipping", isOpen);
    setAttribute(part(this.#root, "clip-open"), "aria-expanded", isOpen);
    if (isOpen && this.#data.lines.length) part(this.#root, "replay-lines-part").open = true;
  }

  /** A line of the transcript was chosen. */
  #line(button) {
    const line = button && this.#data.lines[Number(button.dataset.clipLineAt)];
    if (line) this.#moved(withLine(this.#isChosen ? this.#clip : null, line, this.#length));
  }

  /** The user chose this. */
  #moved(clip) {
    this.#isChosen = true;
    this.#choose(clip);
  }

  #choose(clip) {
    this.#clip = clip;
    const { start, end } = clip;
    for (const [name, ms] of [["clip-first", start], ["clip-last", end]]) {
      part(this.#form, name).value = Math.round(ms / SECOND);
      setAttribute(part(this.#form, name), "aria-valuetext", spokenTime(ms));
    }
    part(this.#form, "clip-start").value = formTime(start);
    part(this.#form, "clip-end").value = formTime(end);
    setText(part(this.#form, "clip-times"), clipTimes(start, end));
    setText(part(this.#form, "clip-errors"), "");
    const { style } = part(this.#root, "clip-stretch");
    style.setProperty("--starts", String(start / this.#length));
    style.setProperty("--ends", String(end / this.#length));
    this.#drawLines();
  }

  #drawLines() {
    for (const button of this.#root.querySelectorAll("[data-clip-line-at]")) {
      const { starts_ms, ends_ms } = this.#data.lines[Number(button.dataset.clipLineAt)];
      setAttribute(button, "aria-pressed", starts_ms < this.#clip.end && ends_ms > this.#clip.start);
    }
  }

  #listen() {
    replay.seek(this.#clip.start);
    replay.play();
    this.#listens = true;
  }

  /** Pause at the end of the clip, if the user listens to it and to nothing else. */
  #heard() {
    if (!this.#listens || this.#clip === null) return;
    if (replay.now >= this.#clip.end) replay.pause();
    if (replay.now >= this.#clip.end || replay.now < this.#clip.start - SECOND) this.#listens = false;
  }

  async #send(event) {
    event.preventDefault();
    const button = this.#form.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    try {
      const { url } = await postForm(this.#form);
      replay.pause();
      go(url);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      setText(part(this.#form, "clip-errors"), error.message);
    } finally {
      button.disabled = false;
    }
  }
}

function clipTimes(start, end) {
  const seconds = Math.round((end - start) / SECOND);
  const values = { start: clockText(start), end: clockText(end) };
  return ngettext("{start} to {end}, {number} second", "{start} to {end}, {number} seconds", seconds, values);
}
