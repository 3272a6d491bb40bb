// The small bar at the bottom: a replay that goes on while the user is on another page.

import { gettext } from "../lib/i18n.js";
import { part, setAttribute, setIcon, setText } from "../lib/dom.js";
import { go } from "./go.js";
import { replay } from "./replay.js";
import { clockText } from "./replay-times.js";

export class ReplayDock {
  #root;
  #wasPlayed = false;

  constructor(root) {
    this.#root = root;
    part(root, "replay-dock-play").addEventListener("click", () => replay.toggle());
    part(root, "replay-dock-close").addEventListener("click", () => replay.close());
    part(root, "replay-dock-open").addEventListener("click", open);
    for (const type of ["change", "time"]) replay.addEventListener(type, () => this.#draw());
    document.addEventListener("spaces:page", () => this.#moved());
  }

  /** A replay that was only looked at is not worth a bar. */
  #moved() {
    if (!replay.isPlaying && !this.#isHere && !this.#wasPlayed) replay.close();
    this.#draw();
  }

  #draw() {
    this.#wasPlayed = replay.id !== null && (this.#wasPlayed || replay.isPlaying);
    const isShown = this.#wasPlayed && !this.#isHere;
    this.#root.hidden = !isShown;
    document.documentElement.toggleAttribute("data-replay-docked", isShown);
    if (!isShown) return;
    const button = part(this.#root, "replay-dock-play");
    setIcon(button.querySelector("svg"), replay.isPlaying ? "pause" : "play");
    setAttribute(button, "aria-label", replay.isPlaying ? gettext("Pause the replay") : gettext("Play the replay"));
    setAttribute(part(this.#root, "replay-dock-open"), "href", `/i/spaces/${replay.id}`);
    setText(part(this.#root, "replay-dock-title"), replay.data.title);
    setText(part(this.#root, "replay-dock-note"), gettext("{now} of {length}", { now: clockText(replay.now), length: clockText(replay.data.duration_ms) }));
  }

  get #isHere() {
    return document.querySelector(`#page [data-replay="${CSS.escape(replay.id ?? "")}"]`) !== null;
  }
}

/** htmx would remember where the link led at first. */
function open(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(event.currentTarget.href);
}
