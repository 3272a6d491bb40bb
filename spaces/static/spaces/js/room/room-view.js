// Draws the room: a sheet or a dock on a phone, a column on a desktop. One `render` serves every change.

import { gettext, ngettext } from "../lib/i18n.js";
import { showFace } from "../lib/avatar.js";
import { Controls } from "./controls.js";
import { part, setAttribute, setText } from "../lib/dom.js";
import { serverNow } from "../lib/clock.js";
import { session } from "../lib/comforts.js";
import { ago, duration, isolate, listening, names } from "../lib/format.js";
import { LevelMeter } from "./level-meter.js";
import { openMenu } from "../lib/menus.js";
import { noticeOf } from "./notice.js";
import { NoticeVoice } from "./notice-voice.js";
import { Reactions } from "./reactions.js";
import { Phase } from "./room.js";
import { hostGraceLeft, talkersOf } from "./room-state.js";
import { dragDown } from "../lib/sheet-drag.js";
import { StageView } from "./stage-view.js";
import { announce, placeToasts, toast } from "../lib/toast.js";

const DESK = matchMedia("(min-width: 1000px)");
const MINUTE_HAND = 15_000;
const SECOND_HAND = 1_000;

const DOCKED = "spaces:docked";
const LOG_IN = gettext("Log in");
const PARTINGS = {
  [Phase.REPLACED]: { head: gettext("The audio is playing in another tab"), more: gettext("Only one tab or device can play it at a time."), action: gettext("Listen here") },
  [Phase.OVER]: { head: gettext("The Space has ended") },
  removed: { head: gettext("You were removed"), more: gettext("The host removed you from this Space. You cannot join it again.") },
  suspended: { head: gettext("Your account is suspended"), more: gettext("Your notifications say why, and how to appeal.") },
  not_live: { head: gettext("Not started yet"), more: gettext("Come back when the host has started it.") },
  unauthenticated: { head: gettext("You are logged out"), more: gettext("Log in to listen again."), action: LOG_IN },
  login_required: { head: gettext("Log in to listen"), more: gettext("Log in to listen on this server."), action: LOG_IN },
  too_many_connections: { head: gettext("Too many listeners"), action: gettext("Try again") },
  not_found: { head: gettext("There is no such Space") },
};
const OTHER_PARTING = { head: gettext("You cannot be in this Space right now"), action: gettext("Try again") };

export class RoomView {
  #root;
  #room;
  #controls;
  #stage;
  #meter;
  #isDocked = false;
  #wasIdle = true;
  /** The state before the page was reloaded. */
  #wasDocked = session.get(DOCKED) !== null;
  #voice = new NoticeVoice(tellAway, () => !part(this.#root, "sheet").hidden);
  /** The subject of the last words shown. */
  #told = null;
  #clock = 0;

  constructor(root, room) {
    this.#root = root;
    this.#room = room;
    this.#controls = new Controls(root, room);
    this.#stage = new StageView(root);
    new Reactions(root, room);
    this.#meter = new LevelMeter(document.getElementById("room-audio"), part(root, "stage"));
    this.#listen();
    this.render();
  }

  render() {
    const { phase, state, isInside } = this.#room;
    this.#place(phase);
    this.#meter.run(isInside && talkersOf(state).length > 0);
    if (phase === Phase.IDLE) return this.#voice.forget();
    this.#drawHead(state);
    this.#drawNotice();
    this.#drawOver(phase, state);
    this.#drawDock(state);
    this.#stage.draw(state, isInside);
    this.#controls.draw();
    this.#keepTime(state);
  }

  /** Return to the Space from before the reload, at its former size. */
  restore(id) {
    const wasDocked = this.#wasDocked;
    this.#room.enter(id);
    if (wasDocked) this.#dock(true);
  }

  #listen() {
    const root = this.#root;
    this.#room.addEventListener("change", () => this.render());
    this.#room.addEventListener("shown", () => this.#dock(false));
    this.#room.addEventListener("aside", () => this.#dock(true));
    DESK.addEventListener("change", () => this.render());
    part(root, "minimise").addEventListener("click", () => this.#dock(true));
    part(root, "expand").addEventListener("click", () => this.#dock(false));
    part(root, "close").addEventListener("click", () => this.#room.close());
    part(root, "dock-close").addEventListener("click", () => this.#room.close());
    part(root, "over-action").addEventListener("click", () => this.#again());
    part(root, "notice-action").addEventListener("click", () => this.#heed("action"));
    part(root, "notice-second").addEventListener("click", () => this.#heed("second"));
    part(root, "sheet").addEventListener("keydown", (event) => this.#escape(event));
    dragDown(part(root, "drag"), part(root, "sheet"), () => this.#dock(true));
  }

  // --- Where it is -------------------------------------------------------------------------------------------------------

  #place(phase) {
    const isIdle = phase === Phase.IDLE;
    const isSheet = !isIdle && (DESK.matches || !this.#isDocked);
    const isModal = isSheet && !DESK.matches;
    this.#root.dataset.phase = phase;
    part(this.#root, "idle").hidden = !isIdle;
    part(this.#root, "sheet").hidden = !isSheet;
    part(this.#root, "dock").hidden = isIdle || isSheet;
    document.documentElement.toggleAttribute("data-docked", !isIdle && !isSheet);
    document.documentElement.toggleAttribute("data-sheet-open", isModal);
    for (const element of document.querySelectorAll(".shell > :not(#room)")) element.inert = isModal;
    placeToasts();
    if (this.#wasIdle && isSheet) document.getElementById("room-title").focus({ preventScroll: true });
    this.#wasIdle = isIdle;
  }

  #dock(isDocked) {
    if (this.#isDocked === isDocked) return;
    this.#isDocked = isDocked;
    if (isDocked) session.set(DOCKED, "");
    else session.remove(DOCKED);
    this.render();
    if (this.#room.phase === Phase.IDLE || DESK.matches) return;
    const next = isDocked ? part(this.#root, "expand") : document.getElementById("room-title");
    next.focus({ preventScroll: true });
  }

  #escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented || DESK.matches) return;
    // Close an open menu of the room first, wherever the focus is.
    if (event.target.closest("[popover], dialog") || openMenu(this.#root)) return;
    this.#dock(true);
  }

  // --- What it says -------------------------------------------------------------------------------------------------------

  #drawHead({ space, audience, you }) {
    const root = this.#root;
    const { parting } = this.#room;
    const isLive = space?.state === "live" && parting === null;
    part(root, "live").hidden = !isLive || this.#room.isBehind;
    part(root, "head").hidden = parting !== null && space === null;
    setText(part(root, "title"), space?.title ?? gettext("Connecting…"));
    const started = isLive && space.started_at ? ` · ${gettext("started {ago}", { ago: ago(space.started_at, serverNow()) })}` : "";
    part(root, "recording-mark").hidden = !isLive || !space.recording;
    part(root, "locked").hidden = !isLive || !space.locked;
    const late = isLive && this.#room.audio.isOverHttp && !this.#room.isBehind ? ` · ${gettext("a few seconds behind")}` : "";
    setText(part(root, "meta"), isLive ? `${listening(audience.count)}${started}${late}` : "");
    setText(part(root, "acting"), isLive ? standIn(space, you) : "");
  }

  #drawNotice() {
    const root = this.#root;
    const notice = noticeOf(this.#room, serverNow());
    const element = part(root, "notice");
    element.hidden = notice === null;
    this.#voice.follow(notice);
    if (notice === null) return;
    element.dataset.tone = notice.tone ?? "plain";
    setAttribute(part(root, "notices"), "aria-live", notice.tone === "bad" ? "assertive" : "polite");
    setText(part(root, "notice-head"), notice.head);
    setText(part(root, "notice-more"), notice.more ?? "");
    setText(part(root, "notice-clock"), notice.clock ?? "");
    for (const name of ["action", "second"]) {
      const button = part(root, `notice-${name}`);
      button.hidden = !notice[name];
      setText(button, notice[name]?.label ?? "");
    }
  }

  #heed(name) {
    noticeOf(this.#room, serverNow())?.[name]?.run(this.#room);
  }

  #drawOver(phase, { ended }) {
    const root = this.#root;
    const { parting } = this.#room;
    part(root, "over").toggleAttribute("data-empty", parting === null);
    if (parting === null) return this.#drawNothingOver();
    const words = wordsOf(phase, parting);
    this.#tellOver(parting, words);
    setText(part(root, "over-head"), words.head);
    setText(part(root, "over-more"), [words.more ?? parting.message, summary(ended)].filter(Boolean).join(" "));
    const button = part(root, "over-action");
    button.hidden = !words.action;
    setText(button, words.action ?? "");
    this.#drawWhoSpoke(ended?.spoke ?? []);
  }

  #drawNothingOver() {
    setText(part(this.#root, "over-head"), "");
    setText(part(this.#root, "over-more"), "");
  }

  #tellOver(parting, { head, more = parting.message }) {
    if (parting === this.#told) return;
    this.#told = parting;
    // A visible notice has its own live region.
    if (part(this.#root, "sheet").hidden) announce(`${head}. ${more}`, { isUrgent: true });
  }

  #drawWhoSpoke(people) {
    const faces = people.slice(0, 8).map((person) => {
      const item = document.createElement("li");
      item.dataset.face = "m";
      item.title = person.name;
      showFace(item, person);
      return item;
    });
    part(this.#root, "over-people").replaceChildren(...faces);
  }

  #again() {
    const { id, parting } = this.#room;
    if (wordsOf(this.#room.phase, parting).action === LOG_IN) logIn();
    else this.#room.enter(id);
  }

  #drawDock({ space, stage, talking, audience }) {
    const root = this.#root;
    const { parting, phase } = this.#room;
    const talkers = parting ? [] : talkersOf({ stage, talking });
    if (space) showFace(part(root, "dock-face"), space.host);
    // Show the text in one place at a time, the sheet or the dock.
    const note = parting ? wordsOf(phase, parting).head : dockNote(this.#room, talkers, audience);
    const isShown = !part(root, "dock").hidden;
    setText(part(root, "dock-title"), isShown ? (space?.title ?? gettext("Space")) : "");
    setText(part(root, "dock-note"), isShown ? note : "");
    part(root, "dock").toggleAttribute("data-talking", talkers.length > 0);
    part(root, "dock-close").hidden = parting === null;
  }

  /** Redraw the times: every second while a host is away, otherwise four times a minute. */
  #keepTime({ space }) {
    clearTimeout(this.#clock);
    const tick = hostGraceLeft(space, serverNow()) === null ? MINUTE_HAND : SECOND_HAND;
    this.#clock = setTimeout(() => this.render(), tick);
  }
}

/** Return the line that says who runs the Space while the host is away. */
function standIn({ acting_host, host }, you) {
  if (!acting_host) return "";
  const name = isolate(host.name);
  if (acting_host.id === you?.id) return gettext("You run the Space until {name} is back.", { name });
  return gettext("{other} runs the Space until {name} is back.", { other: isolate(acting_host.name), name });
}

function logIn() {
  location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`);
}

function wordsOf(phase, parting) {
  return PARTINGS[phase] ?? PARTINGS[parting.name] ?? OTHER_PARTING;
}

/** Read out a notice that is not on the screen. Show a fault as a toast, too. */
function tellAway(text, { isUrgent = false } = {}) {
  if (isUrgent) toast(text, { tone: "bad" });
  else announce(text);
}

function dockNote({ phase, audio }, talkers, audience) {
  if (audio.silence !== null) return gettext("Tap to hear");
  if (phase === Phase.CONNECTING) return gettext("Connecting…");
  if (phase === Phase.RECONNECTING) return gettext("Reconnecting…");
  if (talkers.length === 0) return listening(audience.count);
  return ngettext("{names} is talking", "{names} are talking", talkers.length, { names: names(talkers, 2) });
}

function summary(ended) {
  if (!ended) return "";
  const lasted = gettext("It lasted {duration}.", { duration: duration(ended.seconds) });
  const { length } = ended.spoke;
  if (length === 0) return lasted;
  return `${lasted} ${ngettext("{names} spoke.", "{names} spoke.", length, { names: names(ended.spoke) })}`;
}

