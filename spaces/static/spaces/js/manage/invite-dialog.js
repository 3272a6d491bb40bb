// The dialog to search people and invite them, one tap each. They get a direct message that leads here.

import { gettext } from "../lib/i18n.js";
import { showFace } from "../lib/avatar.js";
import { closeOnBackdrop, fromTemplate, keyed, part, setAttribute, setText } from "../lib/dom.js";
import { HttpError, getJson, postForm } from "../lib/http.js";
import { may } from "../room/room-state.js";
import { announce, toast } from "../lib/toast.js";

const TYPING = 250;

export class InviteDialog {
  #dialog;
  #form;
  #room;
  #people = [];
  /** Ids of the people invited since the dialog was opened. */
  #invited = new Set();
  #typing = 0;
  #asked = 0;

  constructor(root, room) {
    this.#dialog = part(root, "invite-dialog");
    this.#form = part(this.#dialog, "invite-form");
    this.#room = room;
    this.#listen();
  }

  #listen() {
    const dialog = this.#dialog;
    document.addEventListener("click", ({ target }) => this.#openFor(target.closest?.("[data-invite-open]")));
    part(dialog, "invite-close").addEventListener("click", () => dialog.close());
    closeOnBackdrop(dialog);
    part(dialog, "invite-search").addEventListener("input", () => this.#typed());
    part(dialog, "invite-people").addEventListener("click", ({ target }) => this.#tapped(target.closest("button")));
    this.#form.addEventListener("submit", (event) => event.preventDefault());
  }

  #openFor(opener) {
    if (!opener) return;
    const id = opener.dataset.inviteOpen;
    opener.closest("[popover]")?.hidePopover();
    this.#form.action = `/i/spaces/${id}/invitations`;
    this.#form.reset();
    this.#invited.clear();
    // Only the host and co-hosts may invite to speak; on the Space's page, outside the room, only the host.
    part(this.#dialog, "invite-speak").hidden = this.#room.id === id && !may(this.#room.state, "invite_to_speak");
    this.#dialog.showModal();
    part(this.#dialog, "invite-search").focus();
    this.#fetch();
  }

  #typed() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#fetch(), TYPING);
  }

  async #fetch() {
    const asked = ++this.#asked;
    const query = part(this.#dialog, "invite-search").value.trim().replace(/^@/, "");
    try {
      const { people } = await getJson(`/i/people?${new URLSearchParams({ q: query })}`);
      // Ignore an answer that a newer search has overtaken.
      if (asked === this.#asked) this.#people = people;
      this.#draw();
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      toast(error.message, { tone: "bad" });
    }
  }

  #draw() {
    keyed(part(this.#dialog, "invite-people"), this.#people, {
      create: () => fromTemplate("invitee-template"),
      update: (row, person) => drawInvitee(row, person, this.#invited.has(person.id)),
    });
    part(this.#dialog, "invite-none").hidden = this.#people.length > 0;
  }

  async #tapped(button) {
    const id = button?.closest("[data-key]").dataset.key;
    if (!id || this.#invited.has(id)) return;
    this.#invited.add(id);
    this.#draw();
    const refusal = await this.#invite(id);
    if (refusal === null) {
      announce(gettext("{name} is invited.", { name: part(button.closest("[data-key]"), "name").textContent }));
      return;
    }
    this.#invited.delete(id);
    this.#draw();
    toast(refusal.message, { tone: "bad" });
  }

  /** Invite a person. Resolves with null, or with the reason why not: `{message}`. */
  async #invite(id) {
    this.#form.elements.user_ids.value = id;
    try {
      const { results } = await postForm(this.#form);
      return results[0].error;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return error;
    }
  }
}

function drawInvitee(row, person, isInvited) {
  const button = row.querySelector("button");
  showFace(part(row, "face"), person);
  setText(part(row, "name"), person.name);
  setText(part(row, "note"), `@${person.username}`);
  setText(button, isInvited ? gettext("Invited") : gettext("Invite"));
  setAttribute(button, "aria-label", isInvited ? gettext("{name} is invited", { name: person.name }) : gettext("Invite {name}", { name: person.name }));
  setAttribute(button, "aria-disabled", isInvited ? "true" : null);
}
