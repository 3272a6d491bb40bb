// The captions above the bar. The list does not move while the user reads: after scrolling back or pausing it stays
// where it is until the user goes back to live.

import { gettext, ngettext } from "../../spaces/js/lib/i18n.js";
import { keyed, part, setAttribute, setText } from "../../spaces/js/lib/dom.js";
import { Phase } from "../../spaces/js/room/room.js";
import { toast } from "../../spaces/js/lib/toast.js";
import { keepComfort, readComfort, SIZES } from "./comfort.js";
import { showLine, newLine } from "./line.js";
import { Transcript } from "./transcript.js";
import { Voices } from "./voices.js";

/** The distance from the end, in CSS pixels, within which the list counts as scrolled to its end. */
const NEAR = 24;
/** The time for which a line stays in the live region for screen readers. */
const SAID_FOR = 10_000;
const FILES = ["vtt", "srt", "txt"];
const NOTHING_YET = gettext("Captions appear when someone who allowed them speaks.");
const NO_ENGINE = gettext("No captions: this site has no speech recognition right now.");

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
    // A user who hears the past reads its captions beside the player.
    return this.#comfort.shown && this.#hasCaptions && this.#room.isInside && !this.#room.isBehind;
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

  /** Tell the host and the speaker that a participant reported this line. Only the speaker can take it back. */
  #misheard({ id, user_id, name, text }) {
    const isOwn = user_id === this.#person;
    const action = isOwn ? { label: gettext("Take it back"), run: () => this.#takeBack(id) } : null;
    const words = isOwn
      ? gettext("A participant says that this is not what you said: “{text}”", { text })
      : gettext("A participant says that this is not what {name} said: “{text}”", { name, text });
    toast(words, { action });
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
      // A visitor without an account has no earlier lines to read, and a lost connection brings the lines when it is
      // back. Neither is shown as an error.
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
    setAttribute(toggle, "aria-label", this.#comfort.shown ? gettext("Hide captions") : gettext("Show captions"));
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

  /** Show how late captions are. Without it, late captions would look like silence. */
  #drawLate(seconds) {
    setText(part(this.#root, "captions-late"), seconds ? gettext("Captions are {seconds} s late.", { seconds }) : "");
  }

  #drawTools() {
    const root = this.#root;
    setText(part(root, "captions-pause"), this.#frozen ? gettext("Resume") : gettext("Pause"));
    const live = part(root, "captions-live");
    live.hidden = this.#isLive && this.#frozen === null;
    setText(part(root, "captions-unread"), this.#unread ? ` · ${ngettext("{number} new", "{number} new", this.#unread)}` : "");
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

  /** Read out a final line. An interim would be out of date a moment later. */
  #say({ name, text }) {
    const line = document.createElement("p");
    line.textContent = `${name}: ${text}`;
    part(this.#root, "captions-said").append(line);
    setTimeout(() => line.remove(), SAID_FOR);
  }
}
