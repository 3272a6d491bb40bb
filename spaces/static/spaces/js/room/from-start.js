// "Listen from the beginning": the sound of a recorded Space from its first second, while the Space goes on. The live sound
// is only muted meanwhile, so one tap leads back to it at once.

import { gettext } from "../lib/i18n.js";
import { part, setAttribute, setIcon, setText } from "../lib/dom.js";
import { serverNow } from "../lib/clock.js";
import { getJson, HttpError } from "../lib/http.js";
import { HttpSound } from "../lib/http-sound.js";
import { announce, toast } from "../lib/toast.js";
import { clockText, lineAt, spokenTime, talkingAt } from "../replay/replay-times.js";
import { holdsMic } from "./room-state.js";

const STEP = 15;
/** The offer comes this long after the start: before, nobody has missed much. */
const OFFERED_AFTER = 20_000;
const FETCH_EVERY = 10_000;
/** A caption is final up to this long after its words. */
const CAPTIONS_WITHIN = 60_000;
/** Closer to now than this there is nothing more to hear than live. */
const NEARLY_LIVE = 6;

export class FromStart {
  #root;
  #room;
  #sound = null;
  #lines = new Map();
  #turns = new Map();
  #shown = { lines: [], turns: [] };
  #known = 0;
  #timer = 0;
  #offer = 0;

  constructor(root, room) {
    this.#root = root;
    this.#room = room;
    const on = (name, type, run) => part(root, name).addEventListener(type, run);
    on("from-start-open", "click", () => this.#open());
    on("behind-live", "click", () => this.#close({ isSaid: true }));
    on("behind-play", "click", () => (this.#sound?.isPlaying ? this.#sound.pause() : this.#sound?.play()));
    on("behind-back", "click", () => this.#skip(-STEP));
    on("behind-forward", "click", () => this.#skip(STEP));
    on("behind-seek", "input", ({ target }) => this.#sound?.seek(Number(target.value)));
    room.addEventListener("change", () => this.draw());
    this.draw();
  }

  get #isOn() {
    return this.#sound !== null;
  }

  draw() {
    const { state, isInside } = this.#room;
    const mayHear = isInside && Boolean(state.space?.from_start) && !holdsMic(state.you);
    if (this.#isOn && !mayHear) this.#close({ isSaid: isInside });
    const offeredIn = mayHear ? Date.parse(state.space.started_at) + OFFERED_AFTER - serverNow() : 0;
    clearTimeout(this.#offer);
    if (offeredIn > 0) this.#offer = setTimeout(() => this.draw(), offeredIn);
    part(this.#root, "from-start").hidden = this.#isOn || !mayHear || offeredIn > 0;
    part(this.#root, "behind").hidden = !this.#isOn;
  }

  // --- Coming and going ----------------------------------------------------------------------------------------------------

  async #open() {
    const sound = new HttpSound();
    const { id } = this.#room;
    this.#sound = sound;
    this.#lines.clear();
    this.#turns.clear();
    this.#known = 0;
    const started = sound.play().catch(() => {}); // inside the tap: the browser then allows the sound that comes
    for (const type of ["time", "change"]) sound.addEventListener(type, () => this.#sound === sound && this.#drawTime());
    sound.addEventListener("lost", () => this.#sound === sound && this.#lost());
    this.#hear([]);
    this.draw();
    try {
      await Promise.all([sound.open(`/i/spaces/${id}/replay/so-far/index.m3u8`, "grows"), this.#fetch()]);
      await started;
      if (this.#sound === sound) await sound.play();
    } catch {
      if (this.#sound === sound) this.#lost();
      return;
    }
    if (this.#sound !== sound) return;
    this.#room.audio.hush(true);
    announce(gettext("You are listening from the beginning, behind live."));
    part(this.#root, "behind-live").focus({ preventScroll: true });
  }

  #lost() {
    toast(gettext("The sound from the beginning cannot be had now. You are back at live."));
    this.#close();
  }

  #close({ isSaid = false } = {}) {
    const sound = this.#sound;
    this.#sound = null;
    clearTimeout(this.#timer);
    this.#room.audio.hush(false);
    sound?.close();
    this.#hear(null);
    if (isSaid) announce(gettext("You are back at live."));
    this.draw();
  }

  #skip(seconds) {
    const sound = this.#sound;
    if (!sound) return;
    if (sound.now + seconds > sound.end - NEARLY_LIVE) this.#close({ isSaid: true });
    else sound.seek(sound.now + seconds);
  }

  // --- What was said and who talked ----------------------------------------------------------------------------------------

  async #fetch() {
    const sound = this.#sound;
    clearTimeout(this.#timer);
    try {
      const found = await getJson(`/i/spaces/${this.#room.id}/replay/so-far/data?from=${this.#known}`);
      if (this.#sound !== sound) return;
      this.#take(found);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error; // the sound says more about what is withdrawn
    }
    if (this.#sound === sound) this.#timer = setTimeout(() => this.#fetch(), FETCH_EVERY);
  }

  #take({ duration_ms, turns, lines }) {
    for (const line of lines) this.#lines.set(line.id, line);
    for (const turn of turns) this.#turns.set(`${turn.user_id} ${turn.starts_ms}`, turn);
    this.#known = Math.max(0, duration_ms - CAPTIONS_WITHIN);
    this.#shown = { lines: inOrder(this.#lines), turns: inOrder(this.#turns) };
  }

  #hear(talking) {
    this.#room.hearPast(talking);
  }

  // --- What it shows -------------------------------------------------------------------------------------------------------

  #drawTime() {
    const sound = this.#sound;
    const ms = sound.now * 1000;
    const { lines, turns } = this.#shown;
    const line = lineAt(lines, ms);
    this.#hear(sound.isPlaying ? [...talkingAt(turns, ms)] : []);
    this.#part("line").hidden = lines.length === 0;
    setText(this.#part("line"), line ? `${line.name}: ${line.text}` : "");
    setText(this.#part("by"), gettext("{time} behind live", { time: clockText(this.#behind) }));
    setText(this.#part("now"), clockText(ms));
    const button = this.#part("play");
    setIcon(button.querySelector("svg"), sound.isPlaying ? "pause" : "play");
    setAttribute(button, "aria-label", sound.isPlaying ? gettext("Pause") : gettext("Play"));
    const seek = this.#part("seek");
    seek.max = Math.floor(sound.end);
    seek.value = Math.floor(sound.now);
    setAttribute(seek, "aria-valuetext", gettext("{now} of {length}", { now: spokenTime(ms), length: spokenTime(sound.end * 1000) }));
  }

  /** Milliseconds between what is heard and now. Pauses of the recording count, so the sound's own clock would not do. */
  get #behind() {
    const { date } = this.#sound;
    return Math.max(0, date === null ? (this.#sound.end - this.#sound.now) * 1000 : serverNow() - date);
  }

  #part(name) {
    return part(this.#root, `behind-${name}`);
  }
}

function inOrder(map) {
  return [...map.values()].sort((a, b) => a.starts_ms - b.starts_ms);
}
