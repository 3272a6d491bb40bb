// The comments that this page knows: a plain list without DOM or network.

/** A page that is open for hours keeps no more than these. Earlier ones can be fetched again. */
const MOST = 300;

export class CommentList {
  #lines = new Map();
  /** The marker of the page before the earliest comment, or null. */
  previous = null;

  list() {
    return [...this.#lines.values()];
  }

  /** Add a comment that was just written. Returns false for a known one: the writer's own comes twice. */
  add(line) {
    if (this.#lines.has(line.id)) return false;
    this.#lines.set(line.id, line);
    this.#trim();
    return true;
  }

  remove(id) {
    return this.#lines.delete(id);
  }

  /** Take the latest page in place of everything known: what was removed meanwhile is not in it. */
  takeLatest({ comments, previous }) {
    const newer = this.list().filter(({ id }) => Number(id) > Number(comments.at(-1)?.id ?? 0));
    this.#lines = new Map([...comments, ...newer].map((line) => [line.id, line]));
    this.previous = previous;
  }

  takeEarlier({ comments, previous }) {
    this.#lines = new Map([...comments, ...this.list()].map((line) => [line.id, line]));
    this.previous = previous;
  }

  rename(person) {
    for (const [id, line] of this.#lines) {
      if (line.person.id === person.id) this.#lines.set(id, { ...line, person });
    }
  }

  #trim() {
    while (this.#lines.size > MOST) {
      const [first] = this.#lines.keys();
      this.#lines.delete(first);
      this.previous = [...this.#lines.keys()][0];
    }
  }
}
