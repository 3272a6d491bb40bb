// The people in the Space by role, with the actions for each. The page knows only the listeners that it asked for.

import { gettext } from "../lib/i18n.js";
import { fromTemplate, keyed, part, setText } from "../lib/dom.js";
import { count, isolate } from "../lib/format.js";
import { Listeners, namelessWords } from "../room/listeners.js";
import { Rows, action, drawWho, nameButtons, personOf } from "./manage-rows.js";
import { openBeside } from "../lib/menus.js";
import { roleName } from "../room/role-names.js";
import { may, standsAbove } from "../room/room-state.js";

const MOST_COHOSTS = 2;
/** The actions that have buttons in a row. All others are in its menu. */
const QUICK = ["invite", "mute.other", "mic.take", "cohost.withdraw", "remove"];

export class ManagePeople {
  #panel;
  #menu;
  #dialog;
  #room;
  #rows;
  #listeners;
  #person = null;

  constructor(panel, root, room) {
    this.#panel = panel;
    this.#menu = part(root, "row-menu");
    this.#dialog = part(root, "hand-over-dialog");
    this.#room = room;
    this.#rows = new Rows(room, () => this.draw());
    this.#listeners = new Listeners(room, part(panel, "people-search"), () => this.draw());
    this.#listen();
  }

  #listen() {
    part(this.#panel, "people").addEventListener("click", ({ target }) => this.#tapped(target.closest("button")));
    part(this.#panel, "people-more").addEventListener("click", () => this.#listeners.more());
    this.#menu.addEventListener("click", ({ target }) => this.#chosen(target.closest("[data-do]")));
    this.#dialog.addEventListener("close", () => this.#dialog.returnValue === "hand_over" && this.#do("host.hand_over"));
    this.#room.addEventListener("welcome", () => this.#panel.open && this.refresh());
    this.#room.addEventListener("event", ({ detail }) => this.#heard(detail));
  }

  // --- Lists ---------------------------------------------------------------------------------------------------------------

  open() {
    this.#listeners.open();
  }

  forget() {
    this.#rows.forget();
    this.#menu.hidePopover();
  }

  draw() {
    const { stage, audience } = this.#room.state;
    const shown = stage.filter((person) => this.#isShown(person) && this.#listeners.matches(person));
    const speakers = shown.filter(({ role }) => role === "speaker");
    const hosts = [...shown.filter(({ role }) => role !== "speaker"), ...this.#offered];
    const promoted = new Set(stage.map(({ id }) => id));
    const listeners = this.#listeners.found.people.filter((person) => !promoted.has(person.id) && this.#isShown(person));
    this.#drawList("hosts", hosts, count(hosts.length));
    this.#drawList("speakers", speakers, count(speakers.length));
    this.#drawList("listeners", listeners, count(audience.count));
    this.#drawNameless(audience.count);
    part(this.#panel, "people-more").hidden = this.#listeners.found.next === null;
    this.#listeners.follow(audience.count + stage.length);
  }

  #drawNameless(listening) {
    const number = this.#listeners.nameless(listening);
    const note = part(this.#panel, "people-nameless");
    note.hidden = number === 0;
    setText(note, namelessWords(number));
    if (number > 0) part(this.#panel, "listeners-none").hidden = true;
  }

  /** Return the people who were invited as co-hosts and have not answered. */
  get #offered() {
    // A person who accepted is on the stage before the new list of invitations arrives.
    const cohosts = new Set(this.#room.state.stage.filter(({ role }) => role !== "speaker").map(({ id }) => id));
    const asked = this.#listeners.found.offered.filter((person) => !cohosts.has(person.id) && this.#listeners.matches(person));
    return asked.map((person) => ({ ...person, role: "asked", muted: false }));
  }

  #drawList(name, people, total) {
    keyed(part(this.#panel, `people-${name}`), people, {
      create: () => fromTemplate("person-template"),
      update: (row, person) => this.#drawRow(row, person),
    });
    const isSearch = this.#listeners.query !== "";
    part(this.#panel, `${name}-none`).hidden = people.length > 0;
    setText(part(this.#panel, `${name}-count`), isSearch ? "" : total);
  }

  #drawRow(row, person) {
    const allowed = this.#allowed(person);
    drawWho(row, person);
    setText(part(row, "note"), this.#note(person));
    for (const type of QUICK) action(row, type).hidden = !allowed.has(type);
    const more = part(row, "row-more");
    more.hidden = [...allowed].every((type) => QUICK.includes(type));
    more.setAttribute("aria-label", gettext("Actions for {name}", { name: person.name }));
  }

  #note({ id, role, muted, username }) {
    const name = roleName(role, { isActing: this.#room.state.space.acting_host?.id === id });
    const isSilent = role !== "listener" && muted;
    return [name, isSilent && gettext("muted"), isolate(`@${username}`)].filter(Boolean).join(" · ");
  }

  /** Return the actions of a person's row. The server decides in the end. */
  #allowed(person) {
    const { state } = this.#room;
    const isAbove = standsAbove(state.you, person);
    const isSpeaker = person.role === "speaker" || person.role === "cohost";
    const cohosts = state.stage.filter(({ role }) => role === "cohost").length;
    const isAsked = this.#listeners.found.offered.some(({ id }) => id === person.id);
    const rules = {
      invite: isAbove && person.role === "listener" && !person.requested,
      "mute.other": isAbove && isSpeaker && !person.muted,
      "mic.take": isAbove && isSpeaker,
      "cohost.invite": may(state, "appoint") && isAbove && person.role !== "cohost" && !isAsked && cohosts < MOST_COHOSTS,
      "cohost.withdraw": may(state, "appoint") && person.role === "asked",
      "host.hand_over": may(state, "hand_over") && person.role === "cohost",
      remove: isAbove && person.role !== "asked",
    };
    return new Set(Object.keys(rules).filter((type) => rules[type]));
  }

  #isShown(person) {
    return !this.#rows.isGoing(person);
  }

  /** Load the lists again on events that change the co-hosts or the invited co-hosts. */
  #heard({ type, reason }) {
    if (!this.#panel.open) return;
    if (type === "stage.changed" || (type === "you.changed" && reason === "cohost_refused")) this.refresh();
  }

  /** Load the lists again after an action. */
  async refresh() {
    await this.#listeners.refresh();
  }

  // --- Doing --------------------------------------------------------------------------------------------------------------

  #tapped(button) {
    if (!button || !button.closest("[data-key]")) return;
    this.#person = this.#personOf(button);
    if (button.dataset.do) this.#do(button.dataset.do, button);
    else this.#openMenu(button);
  }

  #personOf(button) {
    const { id, name } = personOf(button);
    const known = [...this.#room.state.stage, ...this.#listeners.found.people, ...this.#offered];
    return known.find((person) => person.id === id) ?? { id, name, role: "listener" };
  }

  #openMenu(opener) {
    const allowed = this.#allowed(this.#person);
    for (const item of this.#menu.querySelectorAll("[data-do]")) item.hidden = !allowed.has(item.dataset.do);
    nameButtons(this.#menu, this.#person);
    this.#menu.setAttribute("aria-label", gettext("Actions for {name}", { name: this.#person.name }));
    openBeside(this.#menu, opener);
    this.#menu.querySelector("[data-do]:not([hidden])")?.focus();
  }

  #chosen(item) {
    if (!item) return;
    this.#menu.hidePopover();
    if (item.dataset.do !== "host.hand_over") this.#do(item.dataset.do);
    else this.#confirm();
  }

  #confirm() {
    setText(part(this.#dialog, "hand-over-name"), this.#person.name);
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
  }

  async #do(type, button = null) {
    if (button) button.disabled = true;
    await this.#rows.act(type, this.#person, () => this.refresh());
    if (button) button.disabled = false;
    // The row is gone, and the focus with it.
    if (document.activeElement === document.body) document.getElementById("manage-title").focus();
  }
}
