// What was said, as far as this page knows it: lines by id, the newest revision of each. No DOM, no network.

/** Lines beyond these are forgotten, the oldest first; the files have them all. */
const MOST = 3_000;

export class Transcript {
  #lines = new Map();
  /** Revisions of lines that were taken away, so that an interim which comes late does not bring them back. */
  #gone = new Map();
  #hasPage = false;
  /** The marker of the page before the oldest line; null where there is none. */
  previous = null;

  /** Takes one line in. Returns whether it says something new that is final. */
  take(line) {
    const before = this.#lines.get(line.id);
    const known = before?.revision ?? this.#gone.get(line.id) ?? -1;
    if (line.revision < known || (line.revision === known && !(line.final && before && !before.final))) return false;
    if (line.final && line.text === "" && !line.redacted) {
      this.#lines.delete(line.id);
      this.#gone.set(line.id, line.revision);
      return false;
    }
    this.#lines.set(line.id, line);
    this.#forgetOldest();
    return line.final && line.text !== "" && !before?.final;
  }

  /** The latest page: after a time without a connection there may be more missing between it and the rest. */
  takeLatest({ lines, previous }) {
    const isGap = this.#hasPage && previous !== null && !lines.some(({ id }) => this.#lines.has(id));
    if (isGap) this.#forgetBefore(lines[0].start_ms);
    if (isGap || !this.#hasPage) this.previous = previous;
    this.#hasPage = true;
    this.#takeAll(lines);
  }

  takeEarlier({ lines, previous }) {
    this.previous = previous;
    this.#takeAll(lines);
  }

  /** What somebody was saying when the connection went: how it ended was not heard. */
  dropInterims() {
    for (const line of this.#lines.values()) if (!line.final) this.#lines.delete(line.id);
  }

  /** A person has another name now; what they said is theirs all the same. */
  rename({ id, name }) {
    for (const line of this.#lines.values()) if (line.user_id === id) this.#lines.set(line.id, { ...line, name });
  }

  /** In the order of speaking. */
  list() {
    return [...this.#lines.values()].sort((a, b) => a.start_ms - b.start_ms || a.id - b.id);
  }

  get size() {
    return this.#lines.size;
  }

  #takeAll(lines) {
    for (const line of lines) this.take(line);
  }

  #forgetBefore(startMs) {
    for (const line of this.#lines.values()) if (line.final && line.start_ms < startMs) this.#lines.delete(line.id);
  }

  #forgetOldest() {
    if (this.#lines.size <= MOST) return;
    this.#lines.delete(this.list()[0].id);
    this.previous = null;
  }
}
