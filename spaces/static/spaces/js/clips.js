// Clips on their pages and in posts: one sound at a time, and captions in step. The browser's own player plays them.

import { part } from "./lib/dom.js";
import { replay } from "./replay/replay.js";

const SOUNDS = "audio[data-clip-sound]";

export function startClips() {
  // `play` does not bubble; on its way down every element passes it on.
  document.addEventListener("play", ({ target }) => target.matches?.(SOUNDS) && started(target), true);
  replay.addEventListener("change", () => replay.isPlaying && pauseClips());
}

export function pauseClips({ except = null } = {}) {
  for (const audio of document.querySelectorAll(SOUNDS)) if (audio !== except) audio.pause();
}

function started(audio) {
  replay.pause();
  pauseClips({ except: audio });
  const [track] = audio.textTracks;
  if (!track || track.mode === "hidden") return;
  // Captions are loaded by the first play: a timeline has many clips.
  track.mode = "hidden";
  track.addEventListener("cuechange", () => draw(audio, track));
}

function draw(audio, track) {
  const line = part(audio.closest("[data-clip-player]"), "clip-line");
  line.replaceChildren(...[...(track.activeCues ?? [])].flatMap((cue) => spoken(cue)));
}

/** A cue as its speaker's name and the words. Browsers make an element with a title of a voice. */
function spoken(cue) {
  const words = cue.getCueAsHTML();
  const name = document.createElement("bdi");
  name.className = "replay-name";
  name.textContent = words.querySelector("[title]")?.title ?? "";
  const text = document.createElement("span");
  text.textContent = ` ${words.textContent} `;
  return [name, text];
}
