// Cuts a line's text where the engine's doubt begins and ends. No DOM.

/** Return the text in pieces. `unsure` is a list of `[from, to]` in the text. */
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
