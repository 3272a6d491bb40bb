// The list of people in the Space, for participants. Hosts and co-hosts have the management panel instead.

import { gettext } from "../lib/i18n.js";
import { showFace } from "../lib/avatar.js";
import { closeOnBackdrop, fromTemplate, keyed, part, setAttribute, setText } from "../lib/dom.js";
import { count, isolate, listening } from "../lib/format.js";
import { Listeners, namelessWords } from "../room/listeners.js";
import { visit } from "../lib/navigation.js";
import { roleName } from "../room/role-names.js";
import { may } from "../room/room-state.js";

export class PeopleDialog {
  #dialog;
  #opener;
  #room;
  #listeners;

  constructor(root, room) {
    this.#dialog = part(root, "people-dialog");
    this.#opener = part(root, "people-open");
    this.#room = room;
    this.#listeners = new Listeners(room, part(this.#dialog, "here-search"), () => this.#draw());
    this.#listen();
  }

  #listen() {
    const dialog = this.#dialog;
    this.#opener.addEventListener("click", () => this.#open());
    part(dialog, "here-close").addEventListener("click", () => dialog.close());
    closeOnBackdrop(dialog);
    part(dialog, "here-lists").addEventListener("click", (event) => this.#tapped(event));
    part(dialog, "here-more").addEventListener("click", () => this.#listeners.more());
    this.#room.addEventListener("change", () => this.#draw());
    this.#room.addEventListener("welcome", () => dialog.open && this.#listeners.refresh());
  }

  #open() {
    part(this.#dialog, "here-search").value = "";
    this.#dialog.showModal();
    // Do not focus the search, because a phone's keyboard would cover the list.
    document.getElementById("here-title").focus();
    this.#listeners.open();
    this.#draw();
  }

  #draw() {
    if (!this.#dialog.open) return;
    const { state, isInside } = this.#room;
    if (!isInside || !may(state, "see_people")) {
      this.#dialog.close();
      return;
    }
    const { stage, audience } = state;
    const shown = stage.filter((person) => this.#listeners.matches(person));
    const onStage = new Set(stage.map(({ id }) => id));
    const listeners = this.#listeners.found.people.filter(({ id }) => !onStage.has(id));
    setText(part(this.#dialog, "here-counts"), listening(audience.count));
    this.#drawList("hosts", shown.filter(({ role }) => role !== "speaker"));
    this.#drawList("speakers", shown.filter(({ role }) => role === "speaker"));
    this.#drawList("listeners", listeners, audience.count);
    this.#drawNameless(audience.count);
    const isNobody = shown.length + listeners.length === 0;
    part(this.#dialog, "here-none").hidden = !isNobody;
    part(this.#dialog, "here-more").hidden = this.#listeners.found.next === null;
    this.#listeners.follow(audience.count + stage.length);
  }

  #drawNameless(listening) {
    const number = this.#listeners.nameless(listening);
    const note = part(this.#dialog, "here-nameless");
    note.hidden = number === 0;
    setText(note, namelessWords(number));
    if (number > 0) part(this.#dialog, "here-listeners-section").hidden = false;
  }

  #drawList(name, people, total = people.length) {
    keyed(part(this.#dialog, `here-${name}`), people, {
      create: () => fromTemplate("here-template"),
      update: (row, person) => this.#drawRow(row, person),
    });
    part(this.#dialog, `here-${name}-section`).hidden = people.length === 0;
    setText(part(this.#dialog, `here-${name}-count`), this.#listeners.query === "" ? count(total) : "");
  }

  #drawRow(row, person) {
    const { space, blocked } = this.#room.state;
    const role = roleName(person.role, { isActing: space.acting_host?.id === person.id });
    const notes = [role, person.role !== "listener" && person.muted && gettext("muted"), blocked.includes(person.id) && gettext("you blocked them")];
    showFace(part(row, "face"), person);
    setText(part(row, "name"), person.name);
    setText(part(row, "note"), [...notes, isolate(`@${person.username}`)].filter(Boolean).join(" · "));
    setAttribute(row.querySelector("a"), "href", `/${person.username}`);
  }

  /** Move within the page, as every link does, so that the audio goes on. */
  #tapped(event) {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#dialog.close();
    visit(link.href);
  }
}
