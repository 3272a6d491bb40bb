// A line's text, cut where the engine's doubt begins and ends. No DOM.

/** `unsure`: `[from, to]` in the text. Returns pieces that are the text again when joined. */
export function pieces(text, unsure = []) {
  const found = [];
  let at = 0;
  for (const [start, to] of unsure) {
    const from = Math.max(start, 0);
    if (from > at) found.push({ text: text.slice(at, from), isUnsure: false });
    if (to > Math.max(from, at)) found.push({ text: text.slice(Math.max(from, at), to), isUnsure: true });
    at = Math.max(at, to);
  }
  if (at < text.length) found.push({ text: text.slice(at), isUnsure: false });
  return found;
}
