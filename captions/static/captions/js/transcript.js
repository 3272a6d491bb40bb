// The captions that this page knows: lines by id, each in its newest revision. No DOM, no network.

/** The most lines in memory. The oldest are forgotten first; the files have all of them. */
const MOST = 3_000;

export class Transcript {
  #lines = new Map();
  /** The revisions of removed lines, so that a late interim does not bring them back. */
  #gone = new Map();
  #hasPage = false;
  /** The marker of the page before the oldest line, or null if there is none. */
  previous = null;

  /** Store one line. Return whether it is a final text that was not known. */
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

  /** Store the latest page. After a lost connection, lines may be missing between it and the rest. */
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

  /** Forget unfinished lines after a lost connection: their ends were missed. */
  dropInterims() {
    for (const line of this.#lines.values()) if (!line.final) this.#lines.delete(line.id);
  }

  /** Show a person's new name on earlier lines, too. */
  rename({ id, name }) {
    for (const line of this.#lines.values()) if (line.user_id === id) this.#lines.set(line.id, { ...line, name });
  }

  /** Return the lines in the order of speaking. */
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
