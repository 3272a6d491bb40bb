// The times of a clip that is being chosen. No DOM. Milliseconds of the replay; a clip is 15 to 60 seconds long.

export const SHORTEST = 15_000;
export const LONGEST = 60_000;

/** A first choice at this moment: the shortest clip, all of it inside the replay. */
export function clipAt(ms, durationMs) {
  const start = Math.max(0, Math.min(ms, durationMs - SHORTEST));
  return { start, end: Math.min(start + SHORTEST, durationMs) };
}

/** Move one end. The other one follows where the clip would become too short or too long. */
export function movedStart({ end }, ms, durationMs) {
  const start = Math.max(0, Math.min(ms, durationMs - SHORTEST));
  return { start, end: Math.min(Math.max(end, start + SHORTEST), start + LONGEST, durationMs) };
}

export function movedEnd({ start }, ms, durationMs) {
  const end = Math.min(Math.max(ms, SHORTEST), durationMs);
  return { start: Math.max(0, Math.min(Math.max(start, end - LONGEST), end - SHORTEST)), end };
}

/** Choose a line: it extends the clip if both fit, else a clip starts with it. */
export function withLine(clip, { starts_ms, ends_ms }, durationMs) {
  const fits = clip && starts_ms >= clip.start && ends_ms > clip.start && ends_ms - clip.start <= LONGEST;
  const start = fits ? clip.start : Math.max(0, Math.min(starts_ms, durationMs - SHORTEST));
  const end = Math.min(Math.max(ends_ms, start + SHORTEST), start + LONGEST, durationMs);
  return { start, end };
}

/** A time as the form sends it: seconds with thousandths. */
export function formTime(ms) {
  return (ms / 1000).toFixed(3);
}
