// What was being written and not posted. It is kept in this browser for its user, and forgotten at the log-out.

const KEY = "spaces:drafts";
const MOST = 20;

export class Drafts {
  #store;
  #person;

  /** `store` keeps texts by key. `person` is the id of the user, who sees no drafts of others. */
  constructor(store, person) {
    this.#store = store;
    this.#person = person;
  }

  /** Return the draft about a post, or about nothing with the key "". */
  about(key) {
    return this.#read()[key] ?? "";
  }

  keep(key, text) {
    const others = this.#read();
    delete others[key];
    const kept = Object.entries(others).slice(-MOST + 1);
    this.#write(Object.fromEntries(text.trim() === "" ? kept : [...kept, [key, text]]));
  }

  forget() {
    this.#store.remove(KEY);
  }

  #read() {
    try {
      const { owner, drafts } = JSON.parse(this.#store.get(KEY));
      return owner === this.#person ? drafts : {};
    } catch {
      return {};
    }
  }

  #write(drafts) {
    if (Object.keys(drafts).length === 0) this.forget();
    else this.#store.set(KEY, JSON.stringify({ owner: this.#person, drafts }));
  }
}
