// The captions above the bar. Nothing moves under the eyes of somebody who reads: whoever scrolls back or pauses stays
// where they are until they go back to live.

import { keyed, part, setAttribute, setText } from "../../spaces/js/dom.js";
import { Phase } from "../../spaces/js/room.js";
import { toast } from "../../spaces/js/toast.js";
import { keepComfort, readComfort, SIZES } from "./comfort.js";
import { showLine, newLine } from "./line.js";
import { Transcript } from "./transcript.js";
import { Voices } from "./voices.js";

/** Closer to the end than this (px) counts as being there. */
const NEAR = 24;
/** How long a line stays where screen readers find it. */
const SAID_FOR = 10_000;
const FILES = ["vtt", "srt", "txt"];
const NOTHING_YET = "Captions appear when someone who allowed them speaks.";
const NO_ENGINE = "No captions: this site has no speech recognition right now.";

export class CaptionPanel {
  #root;
  #room;
  #person = document.documentElement.dataset.viewer ?? "";
  #comfort = readComfort(this.#person);
  #transcript = new Transcript();
  #voices = new Voices();
  #space = null;
  #frozen = null;
  #unread = 0;
  #isLive = true;
  #isFetching = false;
  #isDue = false;

  constructor(root, room) {
    this.#root = root;
    this.#room = room;
    this.#listen();
    this.#dress();
    this.draw();
  }

  get #isShown() {
    return this.#comfort.shown && this.#hasCaptions && this.#room.isInside;
  }

  get #hasCaptions() {
    return this.#room.state.space?.captions ?? false;
  }

  #listen() {
    const room = this.#room;
    room.addEventListener("change", () => this.draw());
    room.addEventListener("event", ({ detail }) => this.#hear(detail));
    room.addEventListener("welcome", () => this.#welcome());
    this.#on("captions-toggle", () => this.#choose({ shown: !this.#comfort.shown }));
    this.#on("captions-pause", () => (this.#frozen ? this.#resume() : this.#pause()));
    this.#on("captions-smaller", () => this.#resize(-1));
    this.#on("captions-larger", () => this.#resize(1));
    this.#on("captions-live", () => this.#backToLive());
    this.#on("captions-earlier", () => this.#fetchEarlier());
    part(this.#root, "captions-lines").addEventListener("click", ({ target }) => {
      const button = target.closest("[data-caption-take-back]");
      if (button) this.#takeBack(button.dataset.line);
    });
    this.#listenToMenu();
    const scroll = part(this.#root, "captions-scroll");
    scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#follow()).observe(scroll);
  }

  #rename(person) {
    this.#transcript.rename(person);
    this.draw();
  }

  #listenToMenu() {
    const contrast = part(this.#root, "captions-contrast");
    contrast.addEventListener("change", () => this.#choose({ contrast: contrast.checked }));
    part(this.#root, "captions-background").addEventListener("change", ({ target }) =>
      this.#choose({ background: target.value }),
    );
  }

  #on(name, run) {
    part(this.#root, name).addEventListener("click", run);
  }

  // --- What comes in -------------------------------------------------------------------------------------------------------

  #hear(event) {
    if (event.type === "person.changed") this.#rename(event.person);
    else if (event.type === "caption") this.#take(event.line);
    else if (event.type === "captions.late") this.#drawLate(event.seconds);
    else if (event.type === "captions.misheard") this.#misheard(event.line);
  }

  #take(line) {
    const isNews = this.#transcript.take(line);
    if (isNews && this.#frozen) this.#unread++;
    if (isNews && this.#isShown && !this.#frozen) this.#say(line);
    this.#drawSoon();
  }

  /** To the host and to who said it; that person alone can do something about it. */
  #misheard({ id, user_id, name, text }) {
    const isOwn = user_id === this.#person;
    const whose = isOwn ? "you" : name;
    const action = isOwn ? { label: "Take it back", run: () => this.#takeBack(id) } : null;
    toast(`A participant says that this is not what ${whose} said: “${text}”`, { action });
  }

  async #takeBack(line) {
    try {
      await this.#room.command("captions.take_back", { line });
    } catch (error) {
      toast(error.message, { tone: "bad" });
    }
  }

  #welcome() {
    if (this.#space !== this.#room.id) this.#begin();
    this.#transcript.dropInterims();
    this.#drawLate(0);
    if (this.#isShown) this.#fetchLatest();
  }

  #begin() {
    this.#space = this.#room.id;
    this.#transcript = new Transcript();
    this.#voices = new Voices();
    this.#frozen = null;
    this.#unread = 0;
    this.#isLive = true;
  }

  #fetchLatest() {
    return this.#fetch({}, (page) => this.#transcript.takeLatest(page));
  }

  async #fetchEarlier() {
    const { previous } = this.#transcript;
    if (previous === null || this.#frozen) return;
    const scroll = part(this.#root, "captions-scroll");
    await this.#fetch({ before: previous }, (page) => {
      const toEnd = scroll.scrollHeight - scroll.scrollTop;
      this.#transcript.takeEarlier(page);
      this.#drawLines();
      scroll.scrollTop = scroll.scrollHeight - toEnd;
    });
  }

  async #fetch(fields, take) {
    if (this.#isFetching) return;
    this.#isFetching = true;
    const transcript = this.#transcript;
    try {
      const page = await this.#room.command("captions.lines", fields);
      if (transcript === this.#transcript) take(page);
    } catch (error) {
      // Without an account one reads what is said from now on. A connection that went brings the lines when it is back.
      if (!["login_required", "offline", "connection_lost"].includes(error.code)) toast(error.message, { tone: "bad" });
    } finally {
      this.#isFetching = false;
      this.#drawSoon();
    }
  }

  // --- What the reader wants ------------------------------------------------------------------------------------------------

  #choose(changes) {
    const wasShown = this.#isShown;
    this.#comfort = { ...this.#comfort, ...changes };
    keepComfort(this.#person, this.#comfort);
    this.#dress();
    this.draw();
    if (!wasShown && this.#isShown) this.#opened();
    else this.#follow();
  }

  #opened() {
    this.#isLive = true;
    this.#drawLines();
    this.#fetchLatest();
  }

  #resize(step) {
    const size = this.#comfort.size + step;
    if (size >= 0 && size < SIZES) this.#choose({ size });
  }

  #pause() {
    this.#frozen = this.#transcript.list();
    this.#unread = 0;
    this.#drawLines();
  }

  #resume() {
    this.#frozen = null;
    this.#unread = 0;
    this.#drawLines();
  }

  #backToLive() {
    this.#isLive = true;
    this.#resume();
    part(this.#root, "captions-scroll").focus({ preventScroll: true });
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = part(this.#root, "captions-scroll");
    const isLive = scrollHeight - scrollTop - clientHeight < NEAR;
    if (isLive !== this.#isLive) {
      this.#isLive = isLive;
      this.#drawTools();
    }
    if (scrollTop < NEAR && !isLive) this.#fetchEarlier();
  }

  #follow() {
    if (!this.#isLive || this.#frozen) return;
    const scroll = part(this.#root, "captions-scroll");
    scroll.scrollTop = scroll.scrollHeight;
  }

  // --- Drawing -----------------------------------------------------------------------------------------------------------

  draw() {
    const root = this.#root;
    const { isInside, phase, id } = this.#room;
    const isShown = this.#isShown;
    const toggle = part(root, "captions-toggle");
    toggle.hidden = part(root, "captions-mark").hidden = !isInside || !this.#hasCaptions;
    setAttribute(toggle, "aria-label", this.#comfort.shown ? "Hide captions" : "Show captions");
    toggle.toggleAttribute("data-on", this.#comfort.shown);
    const wasHidden = part(root, "captions").hidden;
    part(root, "captions").hidden = !isShown;
    if (!isShown) part(root, "captions-menu").hidePopover();
    part(root, "over-captions").hidden = phase !== Phase.OVER || !this.#hasCaptions;
    if (id !== null) this.#drawFiles(id);
    if (isShown && wasHidden) this.#drawLines();
  }

  #drawFiles(id) {
    for (const link of this.#root.querySelectorAll('[data-captions-file="transcript"]')) {
      setAttribute(link, "href", `/i/spaces/${id}/transcript`);
    }
    for (const ending of FILES) {
      for (const link of this.#root.querySelectorAll(`[data-captions-file="${ending}"]`)) {
        setAttribute(link, "href", `/i/spaces/${id}/captions.${ending}`);
      }
    }
  }

  #drawSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      if (this.#isShown) this.#drawLines();
    });
  }

  #drawLines() {
    const root = this.#root;
    const lines = this.#frozen ?? this.#transcript.list();
    keyed(part(root, "captions-lines"), lines, {
      create: newLine,
      update: (element, line) => showLine(element, line, this.#voices.of(line.user_id)),
    });
    this.#drawEmpty(lines.length);
    part(root, "captions-earlier").hidden = this.#transcript.previous === null || this.#frozen !== null;
    this.#drawTools();
    this.#follow();
  }

  #drawEmpty(count) {
    const empty = part(this.#root, "captions-empty");
    empty.hidden = count > 0;
    const hasEngine = this.#room.state.captions?.engine ?? true;
    setText(empty, hasEngine ? NOTHING_YET : NO_ENGINE);
  }

  /** In silence nobody can tell whether nothing is said or nothing comes. */
  #drawLate(seconds) {
    setText(part(this.#root, "captions-late"), seconds ? `Captions are ${seconds} s late.` : "");
  }

  #drawTools() {
    const root = this.#root;
    setText(part(root, "captions-pause"), this.#frozen ? "Resume" : "Pause");
    const live = part(root, "captions-live");
    live.hidden = this.#isLive && this.#frozen === null;
    setText(part(root, "captions-unread"), this.#unread ? ` · ${this.#unread} new` : "");
  }

  #dress() {
    const root = this.#root;
    const { size, contrast, background } = this.#comfort;
    const panel = part(root, "captions");
    panel.dataset.size = size;
    panel.dataset.background = background;
    panel.toggleAttribute("data-contrast", contrast);
    part(root, "captions-contrast").checked = contrast;
    for (const choice of root.querySelectorAll("[name=captions-background]")) choice.checked = choice.value === background;
    setAttribute(part(root, "captions-smaller"), "aria-disabled", size === 0 ? "true" : null);
    setAttribute(part(root, "captions-larger"), "aria-disabled", size === SIZES - 1 ? "true" : null);
  }

  /** Finals only: an interim that is read out would be wrong a moment later. */
  #say({ name, text }) {
    const line = document.createElement("p");
    line.textContent = `${name}: ${text}`;
    part(this.#root, "captions-said").append(line);
    setTimeout(() => line.remove(), SAID_FOR);
  }
}
