// The times of a replay: what is on at a moment, where a skip leads, and how a time is written. No DOM, no network.
//
// All times are milliseconds of the replay. The file may start earlier: the host can cut off its start.

import { ngettext } from "../lib/i18n.js";

/** The time in the file, in seconds, as an audio element counts. */
export function fileSeconds(ms, { starts_ms }) {
  return (ms + starts_ms) / 1000;
}

/** The time in the replay for a time of the file. */
export function replayMs(seconds, { starts_ms, duration_ms }) {
  return within(Math.round(seconds * 1000) - starts_ms, duration_ms);
}

export function within(ms, durationMs) {
  return Math.min(Math.max(ms, 0), durationMs);
}

/** Ids of the people who talk at this moment. */
export function talkingAt(turns, ms) {
  return new Set(turns.filter((turn) => isOn(turn, ms)).map(({ user_id }) => user_id));
}

/** A skip lands up to this early: an encoder's frames are 21 ms. */
const EARLY = 25;

/** The next turn of a person who does not talk now, or null. */
export function nextTurn(turns, ms) {
  const now = ms + EARLY;
  const talking = talkingAt(turns, now);
  return turns.find((turn) => turn.starts_ms > now && !talking.has(turn.user_id)) ?? null;
}

/** The line that is said now, or the last one while nothing is said for a moment. Null before the first. */
export function lineAt(lines, ms) {
  const line = lines[indexAt(lines, ms)];
  return line && ms < line.ends_ms + LINGERS ? line : null;
}

/** The time that a line stays after its last word, so that it can be read. */
const LINGERS = 2_000;

/** The reactions between two times that follow each other while the replay plays: `[[at_ms, emoji, number]]`. After a
 *  jump there are none, because their moments were not heard. */
export function reactionsBetween(reactions, from, to) {
  if (to <= from || to - from > JUMP) return [];
  return reactions.filter(([at]) => from < at && at <= to);
}

/** A longer step than this between two looks is a jump. At double speed a browser tells the time every half second. */
const JUMP = 1_500;

/** The index of the last item that has started, or -1. `items` are in order. */
export function indexAt(items, ms) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].starts_ms <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** `2:03`, `1:02:03`. */
export function clockText(ms) {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** `2 minutes 3 seconds`, for screen readers. */
export function spokenTime(ms) {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = [
    hours && ngettext("{number} hour", "{number} hours", hours),
    minutes && ngettext("{number} minute", "{number} minutes", minutes),
    (rest || seconds === 0) && ngettext("{number} second", "{number} seconds", rest),
  ];
  return parts.filter(Boolean).join(" ");
}

/** The time of a shared link in milliseconds: `90`, `1m30s`, `1:30`, `1:02:03`. Null if it is none. */
export function parseTime(text) {
  const parts =
    /^(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2})$/.exec(text ?? "") ??
    /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?$/.exec(text ?? "");
  if (!parts || parts.slice(1).every((part) => part === undefined)) return null;
  const [hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** Who talks during each of `count` equal parts of the replay: the id of the person who talks longest, or null. */
export function voicesOfParts(turns, count, durationMs) {
  const length = durationMs / count;
  return Array.from({ length: count }, (_, at) => longest(turns, at * length, (at + 1) * length));
}

function longest(turns, start, end) {
  let [found, most] = [null, 0];
  for (const turn of turns) {
    const shared = Math.min(turn.ends_ms, end) - Math.max(turn.starts_ms, start);
    if (shared > most) [found, most] = [turn.user_id, shared];
  }
  return found;
}

function isOn({ starts_ms, ends_ms }, ms) {
  return starts_ms <= ms && ms < ends_ms;
}
