// The list of people who have seen a Fleet, for its author, a page at a time.

import { gettext, ngettext } from "../../spaces/js/lib/i18n.js";
import { showFace } from "../../spaces/js/lib/avatar.js";
import { fromTemplate, part, setText } from "../../spaces/js/lib/dom.js";
import { count } from "../../spaces/js/lib/format.js";
import { HttpError } from "../../spaces/js/lib/http.js";
import { toast } from "../../spaces/js/lib/toast.js";
import { ask } from "./ask.js";

export class FleetViewers {
  #button;
  #panel;
  #list;
  #more;
  #onToggle;
  #fleetId = null;
  #next = null;

  constructor(root, onToggle) {
    this.#button = part(root, "fleet-seen");
    this.#panel = part(root, "fleet-viewers");
    this.#list = part(root, "fleet-viewers-list");
    this.#more = part(root, "fleet-viewers-more");
    this.#onToggle = onToggle;
    this.#button.addEventListener("click", () => this.#toggle(!this.isOpen));
    this.#more.addEventListener("click", () => this.#fetch(this.#next));
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  close() {
    this.#toggle(false);
    this.#button.focus();
  }

  reset(isOwn) {
    this.#button.hidden = !isOwn;
    this.#toggle(false);
  }

  show(fleetId) {
    this.#fleetId = fleetId;
    this.#list.replaceChildren();
    setText(part(this.#button, "fleet-seen-count"), gettext("Seen by …"));
    this.#fetch(null);
  }

  #toggle(isOpen) {
    this.#panel.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    this.#onToggle(isOpen);
    if (isOpen) this.#panel.querySelector("h2").focus();
  }

  async #fetch(cursor) {
    const fleetId = this.#fleetId;
    try {
      const page = await ask(`/i/fleets/${fleetId}/viewers${cursor ? `?before=${cursor}` : ""}`);
      if (fleetId === this.#fleetId) this.#draw(page);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      toast(error.message);
    }
  }

  #draw(page) {
    setText(part(this.#button, "fleet-seen-count"), ngettext("Seen by {number}", "Seen by {number}", page.count, { number: count(page.count) }));
    part(this.#panel, "fleet-viewers-none").hidden = page.count > 0;
    this.#list.append(...page.people.map(row));
    this.#next = page.next;
    this.#more.hidden = page.next === null;
  }
}

function row(person) {
  const item = fromTemplate("fleet-viewer-template");
  showFace(part(item, "face"), person);
  item.querySelector("a").href = `/${person.username}`;
  setText(part(item, "name"), person.name);
  setText(part(item, "username"), `@${person.username}`);
  return item;
}
