// Turns results of the browser's recogniser into messages for the server. No DOM, no network.

/** The shortest time between two interims (ms). The server accepts six a second. */
const INTERIM_EVERY = 300;
/** The most characters in one message. */
export const LONGEST = 500;

export class Phrases {
  #began = null;
  #last = -Infinity;

  /** Note that the voice began at `now` (ms), before a word of it is understood. */
  begin(now) {
    this.#began ??= now;
  }

  /**
   * Return the messages `{text, final, spoken_ms}` for results `{text, isFinal}` that are new or have changed, oldest
   * first. An interim too soon after another one is left out, because the next one has all of its words.
   */
  take(results, now) {
    const finals = results.filter(({ isFinal }) => isFinal).flatMap(({ text }) => this.#final(text, now));
    const rest = results.filter(({ isFinal }) => !isFinal).map(({ text }) => text.trim());
    return [...finals, ...this.#interim(rest.filter(Boolean).join(" "), now)];
  }

  #final(text, now) {
    const spoken = this.#spoken(now);
    this.#began = null;
    this.#last = -Infinity;
    return cut(text.trim()).map((part) => ({ text: part, final: true, spoken_ms: spoken }));
  }

  #interim(text, now) {
    if (text === "") return [];
    this.begin(now);
    if (now - this.#last < INTERIM_EVERY) return [];
    this.#last = now;
    return [{ text: text.slice(-LONGEST), final: false, spoken_ms: this.#spoken(now) }];
  }

  #spoken(now) {
    return Math.min(60_000, Math.max(0, Math.round(now - (this.#began ?? now))));
  }
}

/** Cut a long text into parts, between words where it has several. */
function cut(text) {
  const parts = [];
  let rest = text;
  while (rest.length > LONGEST) {
    const space = rest.lastIndexOf(" ", LONGEST);
    const end = space > 0 ? space : LONGEST;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end).trim();
  }
  return rest ? [...parts, rest] : parts;
}
