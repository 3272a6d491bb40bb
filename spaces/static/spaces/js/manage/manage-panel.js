// The management panel of hosts and co-hosts: rules, requests and people. The lists are manage-queue.js and
// manage-people.js.

import { gettext, ngettext } from "../lib/i18n.js";
import { part, setAttribute, setText } from "../lib/dom.js";
import { listening } from "../lib/format.js";
import { ManagePeople } from "./manage-people.js";
import { ManageQueue } from "./manage-queue.js";
import { may } from "../room/room-state.js";
import { toast } from "../lib/toast.js";

export class ManagePanel {
  #panel;
  #opener;
  #room;
  #people;
  #queue;

  constructor(root, room) {
    this.#panel = part(root, "manage-panel");
    this.#opener = part(root, "manage");
    this.#room = room;
    this.#people = new ManagePeople(this.#panel, root, room);
    this.#queue = new ManageQueue(this.#panel, room, { settled: () => this.#people.refresh() });
    this.#listen();
  }

  #listen() {
    const panel = this.#panel;
    this.#opener.addEventListener("click", () => (panel.open ? this.#close() : this.#open()));
    part(panel, "manage-close").addEventListener("click", () => this.#close());
    panel.addEventListener("keydown", (event) => this.#escape(event));
    part(panel, "policy").addEventListener("change", ({ target }) => this.#setPolicy(target.value));
    part(panel, "rename").addEventListener("submit", (event) => this.#rename(event));
    part(panel, "lock").addEventListener("change", ({ target }) => this.#setLock(target.checked));
    part(panel, "accounts-only").addEventListener("change", ({ target }) => this.#setAccountsOnly(target.checked));
    part(panel, "mute-all").addEventListener("click", () => this.#muteAll());
    this.#room.addEventListener("change", () => this.draw());
    this.#room.addEventListener("queue", () => this.#open());
  }

  // --- Open and closed ----------------------------------------------------------------------------------------------------

  #open() {
    if (this.#panel.open) return;
    // The panel is not modal, so that the own microphone and "Leave" stay in reach.
    this.#panel.show();
    this.#setBehind(true);
    this.#room.herald.isQueueOpen = true;
    setAttribute(this.#opener, "aria-expanded", "true");
    document.getElementById("manage-title").focus();
    this.#people.open();
    this.draw();
  }

  #close({ focus = true } = {}) {
    this.#panel.close();
    this.#setBehind(false);
    this.#room.herald.isQueueOpen = false;
    setAttribute(this.#opener, "aria-expanded", "false");
    this.#queue.forget();
    this.#people.forget();
    if (focus) this.#opener.focus();
  }

  /** Keep focus and taps away from what the panel covers. */
  #setBehind(isBehind) {
    const place = this.#panel.parentElement;
    place.toggleAttribute("data-managing", isBehind);
    for (const other of place.children) if (other !== this.#panel) other.inert = isBehind;
  }

  #escape(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.#close();
  }

  // --- Drawing -----------------------------------------------------------------------------------------------------------

  draw() {
    if (!this.#panel.open) return;
    const { state } = this.#room;
    if (!this.#room.isInside || !may(state, "manage")) {
      this.#close({ focus: false });
      return;
    }
    this.#drawCounts(state);
    this.#drawRules(state);
    this.#queue.draw();
    this.#people.draw();
  }

  #drawCounts({ space, stage, audience }) {
    const speakers = stage.filter(({ role }) => role === "speaker");
    const cohosts = stage.filter(({ role }) => role === "cohost").length;
    const running = cohosts ? ngettext("{number} co-host", "{number} co-hosts", cohosts) : "";
    const seats = gettext("{taken} of {seats} speaker seats taken", { taken: speakers.length, seats: space.max_speakers });
    setText(part(this.#panel, "manage-counts"), [listening(audience.count), running, seats].filter(Boolean).join(" · "));
    part(this.#panel, "mute-all").disabled = speakers.every(({ muted }) => muted);
  }

  #drawRules({ space }) {
    const policy = part(this.#panel, "policy");
    if (document.activeElement !== policy) policy.value = space.speak_policy;
    this.#drawTitle(space);
    part(this.#panel, "lock").checked = Boolean(space.locked);
    part(this.#panel, "accounts-only").checked = Boolean(space.accounts_only);
    setAttribute(part(this.#panel, "invite-open"), "data-invite-open", space.id);
  }

  /** Show the title of the Space, unless the user is writing another one. */
  #drawTitle({ title }) {
    const form = part(this.#panel, "rename");
    const input = form.elements.title;
    const isUntouched = form.dataset.title === undefined || form.dataset.title === input.value;
    if (isUntouched && !form.contains(document.activeElement)) input.value = form.dataset.title = title;
  }

  // --- Doing --------------------------------------------------------------------------------------------------------------

  async #rename(event) {
    event.preventDefault();
    const form = event.currentTarget;
    if (!(await this.#room.rename(form.elements.title.value))) return;
    // What was written is the title now, or was cleaned by the server: show what it is.
    form.elements.title.value = form.dataset.title = this.#room.state.space.title;
  }

  async #setPolicy(policy) {
    const select = part(this.#panel, "policy");
    if (await this.#room.setPolicy(policy)) toast(gettext("Who can speak: {policy}.", { policy: select.selectedOptions[0].textContent }));
    else select.value = this.#room.state.space.speak_policy;
  }

  async #setLock(isLocked) {
    if (await this.#room.setLock(isLocked)) toast(isLocked ? gettext("Locked: only invited people can join now.") : gettext("Open to everyone again."));
    else part(this.#panel, "lock").checked = Boolean(this.#room.state.space.locked);
  }

  async #setAccountsOnly(isOn) {
    if (await this.#room.setAccountsOnly(isOn)) toast(isOn ? gettext("Listeners need an account now.") : gettext("People without an account can listen again."));
    else part(this.#panel, "accounts-only").checked = Boolean(this.#room.state.space.accounts_only);
  }

  async #muteAll() {
    if (await this.#room.muteAll()) toast(gettext("Every speaker is muted."));
  }
}
