// The listeners of a Space, page by page. The browser knows only the listeners that it asked for; the server searches.

import { ngettext } from "../lib/i18n.js";
import { count } from "../lib/format.js";

const TYPING = 250;
/** The list is loaded again at this pace while it is visible, because listeners come and go all the time. */
const FOLLOW = 3_000;
const NOBODY = { people: [], next: null, offered: [], counts: null };

/** The states of the line below the rows. */
export function namelessWords(number) {
  return ngettext("{number} listens without an account.", "{number} listen without an account.", number, {
    number: count(number),
  });
}

export class Listeners {
  found = NOBODY;
  #room;
  #search;
  #changed;
  /** Whether more than the first page is shown. The list is not refreshed then, because it would jump back. */
  #isLong = false;
  #typing = 0;
  #followed = { count: -1, at: 0 };
  #asked = 0;

  /** `search` is the search field. `changed()` is called when there is something to draw. */
  constructor(room, search, changed) {
    this.#room = room;
    this.#search = search;
    this.#changed = changed;
    search.addEventListener("input", () => this.#typed());
  }

  get query() {
    return this.#search.value.trim().replace(/^@/, "");
  }

  /** Whether the search matches a person whom the page knows without asking the server. */
  matches({ name, username }) {
    const query = this.query.toLowerCase();
    return name.toLowerCase().includes(query) || username.toLowerCase().includes(query);
  }

  /** Return how many of the `listening` have no account, and so no row. */
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

  /** Load the list again, unless it shows more than its first page, which would lose its scroll position. */
  async refresh() {
    if (!this.#isLong) await this.#fetch();
  }

  /** Note a change. `people` is the present number of listeners. */
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
      // Ignore an answer that a newer search has overtaken.
      if (asked !== this.#asked) return;
      this.#isLong = cursor !== null;
      this.found = { ...page, people: [...(cursor ? this.found.people : []), ...page.people] };
      this.#changed();
    } catch {
      // Keep the list as it is. The next change loads it again.
    }
  }
}
