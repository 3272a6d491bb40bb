// The listeners of a Space by the page: one knows as many as one asked for, and the server searches.

import { count } from "./format.js";

const TYPING = 250;
/** People come and go all the time; the list follows at this pace while it is looked at. */
const FOLLOW = 3_000;
const NOBODY = { people: [], next: null, offered: [], counts: null };

/** What stands below the rows. */
export function namelessWords(number) {
  return number === 1 ? "1 listens without an account." : `${count(number)} listen without an account.`;
}

export class Listeners {
  found = NOBODY;
  #room;
  #search;
  #changed;
  /** Whether more than the first page is shown; it stays as it is then, for it must not jump back. */
  #isLong = false;
  #typing = 0;
  #followed = { count: -1, at: 0 };
  #asked = 0;

  /** `search`: the field with the words to look for. `changed()` is called when there is something to draw. */
  constructor(room, search, changed) {
    this.#room = room;
    this.#search = search;
    this.#changed = changed;
    search.addEventListener("input", () => this.#typed());
  }

  get query() {
    return this.#search.value.trim().replace(/^@/, "");
  }

  /** Whether somebody whom the page knows by itself is looked for. */
  matches({ name, username }) {
    const query = this.query.toLowerCase();
    return name.toLowerCase().includes(query) || username.toLowerCase().includes(query);
  }

  /** How many of the `listening` have no account, and so no row. */
  nameless(listening) {
    const named = this.found.counts?.listener ?? listening;
    return this.query === "" ? Math.max(0, listening - named) : 0;
  }

  async open() {
    this.#isLong = false;
    await this.#fetch();
  }

  async more() {
    await this.#fetch({ cursor: this.found.next });
  }

  /** A long list stays where it was scrolled to. */
  async refresh() {
    if (!this.#isLong) await this.#fetch();
  }

  /** `people`: how many are here now. */
  follow(people) {
    const now = Date.now();
    if (this.#isLong || people === this.#followed.count || now - this.#followed.at < FOLLOW) return;
    this.#followed = { count: people, at: now };
    this.#fetch();
  }

  #typed() {
    this.#changed();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.open(), TYPING);
  }

  async #fetch({ cursor = null } = {}) {
    const asked = ++this.#asked;
    try {
      const page = await this.#room.people({ role: "listener", q: this.query, ...(cursor && { cursor }) });
      // An answer that was overtaken by a newer question tells of an older list.
      if (asked !== this.#asked) return;
      this.#isLong = cursor !== null;
      this.found = { ...page, people: [...(cursor ? this.found.people : []), ...page.people] };
      this.#changed();
    } catch {
      // The list stays as it is; it is asked again with the next change.
    }
  }
}
