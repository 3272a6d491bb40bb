// The requests for the microphone, oldest first, to be decided one by one or several at once.

import { gettext, ngettext } from "../lib/i18n.js";
import { fromTemplate, keyed, part, setAttribute, setText } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { Rows, drawWho, personOf } from "./manage-rows.js";
import { toast } from "../lib/toast.js";

/** The most ids in one message. */
const AT_ONCE = 50;
const NOBODY = { total: 0, people: [] };

export class ManageQueue {
  #panel;
  #room;
  #settled;
  #rows;
  #picked = new Set();
  #isPicking = false;

  /** `settled()` resolves when the drawn list is the server's. */
  constructor(panel, room, { settled }) {
    this.#panel = panel;
    this.#room = room;
    this.#settled = settled;
    this.#rows = new Rows(room, () => this.draw());
    part(panel, "queue").addEventListener("click", ({ target }) => this.#tapped(target.closest("[data-do]")));
    part(panel, "queue").addEventListener("change", ({ target }) => this.#pick(target));
    part(panel, "pick-several").addEventListener("click", () => this.#setPicking(!this.#isPicking));
    part(panel, "bulk-all").addEventListener("change", ({ target }) => this.#pickAll(target.checked));
    part(panel, "bulk").addEventListener("click", ({ target }) => this.#decide(target.closest("[data-bulk-do]")));
  }

  forget() {
    this.#rows.forget();
    this.#picked.clear();
    this.#isPicking = false;
  }

  draw() {
    const { total, people } = this.#queue;
    const waiting = this.#waiting;
    keyed(part(this.#panel, "queue"), waiting, {
      create: () => fromTemplate("request-template"),
      update: (row, person) => this.#drawRow(row, person),
    });
    const beyond = total - people.length;
    part(this.#panel, "queue-none").hidden = waiting.length > 0;
    part(this.#panel, "queue-more").hidden = beyond <= 0;
    setText(part(this.#panel, "queue-more"), ngettext("{number} more is waiting.", "{number} more are waiting.", beyond, { number: count(beyond) }));
    setText(part(this.#panel, "queue-count"), total > 0 ? count(total) : "");
    this.#drawBulk(waiting, total);
  }

  get #queue() {
    return this.#room.state.queue ?? NOBODY;
  }

  get #waiting() {
    return this.#queue.people.filter((person) => !this.#rows.isGoing(person));
  }

  get #pickedHere() {
    return this.#waiting.filter(({ id }) => this.#picked.has(id));
  }

  #drawRow(row, person) {
    const pick = part(row, "pick");
    drawWho(row, person);
    setText(part(row, "username"), `@${person.username}`);
    setAttribute(pick, "aria-label", gettext("Select {name}", { name: person.name }));
    pick.checked = this.#picked.has(person.id);
  }

  #drawBulk(waiting, total) {
    const picked = this.#pickedHere.length;
    const several = part(this.#panel, "pick-several");
    const all = part(this.#panel, "bulk-all");
    const isAll = picked > 0 && picked === waiting.length;
    if (total === 0) this.#isPicking = false;
    several.hidden = total < 2 && !this.#isPicking;
    setText(several, this.#isPicking ? gettext("One by one") : gettext("Select several"));
    part(this.#panel, "queue").toggleAttribute("data-picking", this.#isPicking);
    part(this.#panel, "bulk").hidden = !this.#isPicking;
    all.checked = isAll;
    all.indeterminate = picked > 0 && !isAll;
    setText(part(this.#panel, "bulk-label"), picked > 0 ? selected(isAll ? total : picked) : gettext("Select all"));
    for (const button of this.#panel.querySelectorAll("[data-bulk-do]")) button.disabled = picked === 0;
  }

  async #tapped(button) {
    if (!button) return;
    button.disabled = true;
    await this.#rows.act(button.dataset.do, personOf(button), this.#settled);
    button.disabled = false;
    this.#keepFocus();
  }

  #setPicking(isPicking) {
    this.#isPicking = isPicking;
    this.#picked.clear();
    this.draw();
  }

  #pick(box) {
    const { id } = personOf(box);
    if (box.checked) this.#picked.add(id);
    else this.#picked.delete(id);
    this.draw();
  }

  #pickAll(isPicked) {
    this.#picked = new Set(isPicked ? this.#waiting.map(({ id }) => id) : []);
    this.draw();
  }

  async #decide(button) {
    if (!button) return;
    const type = button.dataset.bulkDo;
    const ids = this.#pickedHere.map(({ id }) => id);
    const isAll = ids.length === this.#waiting.length;
    const wanted = isAll ? this.#queue.total : ids.length;
    const done = await (isAll ? this.#room.decide(type) : this.#decideSome(type, ids));
    if (done === null) return;
    this.#setPicking(false);
    toast(words(type, done.count, wanted));
    await this.#settled();
    this.draw();
    this.#keepFocus();
  }

  async #decideSome(type, ids) {
    let done = 0;
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const reply = await this.#room.decide(type, ids.slice(start, start + AT_ONCE));
      if (reply === null) return null;
      done += reply.count;
    }
    return { count: done };
  }

  /** Move the focus after its row is gone. */
  #keepFocus() {
    if (document.activeElement === document.body) document.getElementById("manage-title").focus();
  }
}

function words(type, done, wanted) {
  const values = { number: count(done), wanted: count(wanted) };
  if (type === "requests.decline") return ngettext("{number} request declined.", "{number} requests declined.", done, values);
  if (done === wanted) return ngettext("{number} request approved.", "{number} requests approved.", done, values);
  return ngettext(
    "{number} request of {wanted} approved: no more seats are free.",
    "{number} requests of {wanted} approved: no more seats are free.",
    done,
    values,
  );
}

function selected(number) {
  return ngettext("{number} selected", "{number} selected", number, { number: count(number) });
}
