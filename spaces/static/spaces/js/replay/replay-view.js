// The player on the page of a Space that is over.

import { gettext } from "../lib/i18n.js";
import { icon, part, setAttribute, setIcon, setText } from "../lib/dom.js";
import { Floats } from "../lib/floats.js";
import { getJson, HttpError } from "../lib/http.js";
import { announce, toast } from "../lib/toast.js";
import { ClipMaker } from "./clip-maker.js";
import { STEP, replay } from "./replay.js";
import { clockText, indexAt, lineAt, parseTime, reactionsBetween, spokenTime, talkingAt } from "./replay-times.js";
import { drawWave } from "./wave.js";

const ARROW = 5_000;
/** The seek bar counts in these, so that a long replay is not a million steps to a screen reader. */
const SECOND = 1_000;
/** How long after a user's own scrolling the transcript does not follow. */
const READING = 8_000;
/** The most copies of one emoji that float up for one moment. */
const MOST_OF_A_KIND = 6;
const KEYS = {
  " ": () => replay.toggle(),
  ArrowLeft: () => replay.skip(-ARROW),
  ArrowRight: () => replay.skip(ARROW),
  j: () => replay.skip(-STEP),
  l: () => replay.skip(STEP),
  n: () => next(),
};

/** Elements that use these keys themselves. */
const OWN_KEYS = {
  " ": "button, summary, select, a, input:not([type=range])",
  ArrowLeft: "select, form",
  ArrowRight: "select, form",
};

export class ReplayView {
  #root;
  #id;
  #data = null;
  #voices = new Map();
  #shownLine = null;
  #readAt = 0;
  #floats = new Floats();
  /** The time of the reactions that were shown last. */
  #reactedAt = 0;
  #stop = new AbortController();

  constructor(root) {
    this.#root = root;
    this.#id = root.dataset.replay;
    const { signal } = this.#stop;
    replay.addEventListener("change", () => this.#draw(), { signal });
    replay.addEventListener("time", () => this.#drawTime(), { signal });
    this.#load();
  }

  /** Let go of the page, which is left. */
  end() {
    this.#stop.abort();
  }

  async #load() {
    try {
      this.#data = await getJson(this.#root.dataset.replayData);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      setText(this.#part("note"), error.message);
      return;
    }
    if (this.#stop.signal.aborted) return;
    this.#voices = new Map(this.#data.speakers.map(({ id, voice }) => [id, voice]));
    this.#start();
    this.#loadPins();
  }

  #start() {
    const at = parseTime(new URLSearchParams(location.search).get("t"));
    replay.take(this.#id, this.#data, { at });
    this.#drawOnce();
    this.#listen();
    this.#part("player").hidden = false;
    this.#draw();
  }

  // --- What the user does --------------------------------------------------------------------------------------------------

  #listen() {
    const on = (name, type, run) => this.#part(name).addEventListener(type, run);
    on("play", "click", () => replay.toggle());
    on("back", "click", () => replay.skip(-STEP));
    on("forward", "click", () => replay.skip(STEP));
    on("next", "click", next);
    on("share", "click", () => share(this.#id));
    on("seek", "input", ({ target }) => replay.seek(Number(target.value) * SECOND));
    on("speed", "change", ({ target }) => (replay.rate = Number(target.value)));
    for (const type of ["wheel", "touchmove", "keydown"]) on("lines", type, () => (this.#readAt = Date.now()));
    this.#root.addEventListener("click", ({ target }) => this.#jump(target.closest("[data-at]")));
    this.#root.addEventListener("keydown", (event) => this.#key(event));
    if (this.#mayClip) new ClipMaker(this.#root, this.#data, this.#stop.signal);
  }

  #jump(element) {
    if (!element) return;
    this.#readAt = 0;
    replay.seek(Number(element.dataset.at));
    replay.play();
  }

  #key(event) {
    const run = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!run || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(OWN_KEYS[event.key] ?? "select, form input")) return;
    event.preventDefault();
    run();
  }

  // --- What it shows -------------------------------------------------------------------------------------------------------

  #drawOnce() {
    drawWave(this.#part("wave"), this.#data, this.#voices);
    this.#part("seek").max = Math.ceil(this.#data.duration_ms / SECOND);
    setText(this.#part("length"), clockText(this.#data.duration_ms));
    this.#fill("chapters", this.#data.chapters.map(chapterRow));
    this.#fill("lines", this.#data.lines.map((line, at) => this.#lineRow(line, at)));
  }

  #fill(name, rows) {
    this.#part(name).replaceChildren(...rows);
    this.#part(`${name}-part`).hidden = rows.length === 0;
  }

  #draw() {
    if (this.#data === null) return;
    const isPlaying = this.#isMine && replay.isPlaying;
    setIcon(this.#part("play").querySelector("svg"), isPlaying ? "pause" : "play");
    setAttribute(this.#part("play"), "aria-label", isPlaying ? gettext("Pause") : gettext("Play"));
    this.#part("speed").value = String(replay.rate);
    setText(this.#part("note"), this.#isMine && replay.isBroken ? gettext("The sound cannot be loaded. Press Play to try again.") : "");
    this.#drawTime();
  }

  #drawTime() {
    if (this.#data === null || !this.#isMine) return;
    const { now } = replay;
    const seek = this.#part("seek");
    seek.value = Math.round(now / SECOND);
    setAttribute(seek, "aria-valuetext", gettext("{now} of {length}", { now: spokenTime(now), length: spokenTime(this.#data.duration_ms) }));
    this.#root.style.setProperty("--played", String(now / Math.max(1, this.#data.duration_ms)));
    setText(this.#part("now"), clockText(now));
    this.#drawLine(now);
    this.#drawTalking(now);
    this.#drawChapter(now);
    this.#drawReactions(now);
  }

  /** Let the reactions of this moment float up, as they did for those who were there. */
  #drawReactions(now) {
    const [before, place] = [this.#reactedAt, this.#part("floats")];
    this.#reactedAt = now;
    if (!replay.isPlaying) return;
    for (const [, emoji, number] of reactionsBetween(this.#data.reactions, before, now)) {
      for (let copy = 0; copy < Math.min(number, MOST_OF_A_KIND); copy += 1) this.#floats.show(emoji, place);
    }
  }

  #drawLine(now) {
    const line = lineAt(this.#data.lines, now);
    if (line === this.#shownLine) return;
    this.#shownLine = line;
    this.#part("line").replaceChildren(...(line ? [this.#name(line), ` ${line.text}`] : []));
    setAttribute(this.#part("line"), "lang", line?.language || null);
    this.#follow(line);
  }

  /** Mark the line in the transcript and keep it in sight, unless the user reads elsewhere. */
  #follow(line) {
    const list = this.#part("lines");
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const row = line && list.querySelector(`[data-line="${CSS.escape(line.id)}"]`);
    if (!row) return;
    row.setAttribute("aria-current", "true");
    if (Date.now() - this.#readAt > READING) list.scrollTop = row.offsetTop - list.clientHeight / 3;
  }

  /** Light the people on the stage below who talk at this moment, as they were lit then. */
  #drawTalking(now) {
    const talking = talkingAt(this.#data.turns, now);
    for (const tile of document.querySelectorAll("#page .tile[data-person]")) {
      tile.toggleAttribute("data-talking", talking.has(tile.dataset.person));
    }
  }

  #drawChapter(now) {
    const rows = [...this.#part("chapters").querySelectorAll("button")];
    const current = indexAt(this.#data.chapters, now);
    rows.forEach((row, at) => setAttribute(row, "aria-current", at === current ? "true" : null));
  }

  #lineRow(line, at) {
    const button = jumpTo(line.starts_ms);
    button.dataset.line = line.id;
    button.append(this.#name(line), ` ${line.text}`);
    if (line.language) button.lang = line.language;
    return this.#mayClip ? row(button, clipButton(line, at)) : row(button);
  }

  #name({ user_id, name }) {
    const element = document.createElement("bdi");
    element.className = "replay-name";
    element.dataset.voice = this.#voices.get(user_id) ?? "";
    element.textContent = name;
    return element;
  }

  // --- Pinned posts --------------------------------------------------------------------------------------------------------

  async #loadPins() {
    const { pins } = await getJson(this.#root.dataset.replayPins).catch(() => ({ pins: [] }));
    if (this.#stop.signal.aborted) return;
    this.#part("pinned").replaceChildren(...pins.map(pinRow));
    this.#part("pins-part").hidden = pins.length === 0;
    this.#part("marks").replaceChildren(...pins.map(({ at_ms }) => mark(at_ms / this.#data.duration_ms)));
  }

  get #mayClip() {
    return part(this.#root, "clip-maker") !== null;
  }

  get #isMine() {
    return replay.id === this.#id;
  }

  #part(name) {
    return part(this.#root, `replay-${name}`);
  }
}

function next() {
  const turn = replay.next();
  const who = turn && replay.data.speakers.find(({ id }) => id === turn.user_id);
  announce(who ? who.name : gettext("There is no other speaker after this."));
}

async function share(id) {
  const link = `${location.origin}/i/spaces/${id}?t=${Math.floor(replay.now / SECOND)}`;
  try {
    await navigator.clipboard.writeText(link);
    toast(gettext("The link to {time} is copied.", { time: clockText(replay.now) }), { tone: "good" });
  } catch {
    toast(gettext("Copying failed. The link: {link}", { link }));
  }
}

function chapterRow({ starts_ms, title }) {
  const button = jumpTo(starts_ms);
  const name = document.createElement("bdi");
  name.textContent = title;
  button.append(name);
  return row(button);
}

function pinRow({ at_ms, url, text, author }) {
  const link = document.createElement("a");
  link.href = url;
  const name = document.createElement("bdi");
  name.textContent = author.name;
  link.append(name, `: ${text}`);
  const item = row(jumpTo(at_ms), link);
  item.className = "replay-pin";
  return item;
}

function jumpTo(ms) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.at = ms;
  const time = document.createElement("span");
  time.className = "replay-at";
  time.textContent = clockText(ms);
  button.append(time);
  return button;
}

/** Chooses a line for the clip that is being made. It is seen while one is. */
function clipButton({ name, starts_ms }, at) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon-button clip-line-button";
  button.dataset.clipLineAt = at;
  button.setAttribute("aria-label", gettext("Clip what {name} says at {time}", { name, time: clockText(starts_ms) }));
  button.setAttribute("aria-pressed", "false");
  button.append(icon("scissors"));
  return button;
}

function row(...children) {
  const item = document.createElement("li");
  item.append(...children);
  return item;
}

function mark(at) {
  const element = document.createElement("span");
  element.style.setProperty("--at", String(at));
  return element;
}
