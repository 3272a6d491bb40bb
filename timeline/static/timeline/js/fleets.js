// The row of profile images above the timeline. The user's own opens the chooser, the others open the viewer.

import { closeOnBackdrop, part } from "../../spaces/js/lib/dom.js";
import { onPage } from "../../spaces/js/lib/navigation.js";
import { FleetComposer } from "./fleet-composer.js";
import { FleetViewer } from "./fleet-viewer.js";

export function startFleets() {
  let row = null;
  onPage((page) => {
    const chooser = part(page, "fleet-chooser");
    row = chooser && new Row(page, chooser);
  });
  document.addEventListener("click", (event) => {
    if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) row?.open(event);
  });
}

class Row {
  #page;
  #chooser;
  #composer;
  #viewer;

  constructor(page, chooser) {
    this.#page = page;
    this.#chooser = chooser;
    this.#composer = new FleetComposer(part(page, "fleet-composer"), { onShared: () => this.#countOwn(1) });
    this.#viewer = new FleetViewer(part(page, "fleet-viewer"), {
      onSeen: (username) => this.#seen(username),
      onDeleted: () => this.#countOwn(-1),
      neighbour: (username, step) => this.#neighbour(username, step),
    });
    part(chooser, "fleet-chooser-close").addEventListener("click", () => chooser.close());
    closeOnBackdrop(chooser);
  }

  open(event) {
    const opener = event.target.closest?.("[data-fleet-own], [data-fleet-author], [data-fleet-new]");
    if (!opener || event.defaultPrevented) return;
    event.preventDefault();
    const { fleetAuthor, fleetNew } = opener.dataset;
    if (fleetAuthor === undefined && fleetNew === undefined) {
      this.#chooser.showModal();
      return;
    }
    this.#chooser.close();
    if (fleetAuthor) this.#viewer.open(fleetAuthor);
    else this.#composer.open(fleetNew);
  }

  #links() {
    return [...part(this.#page, "fleets").querySelectorAll("[data-fleet-author]")];
  }

  #neighbour(username, step) {
    const links = this.#links();
    const place = links.findIndex(({ dataset }) => dataset.fleetAuthor === username);
    return place < 0 ? null : (links[place + step]?.dataset.fleetAuthor ?? null);
  }

  #seen(username) {
    const link = this.#links().find(({ dataset }) => dataset.fleetAuthor === username);
    if (!link) return;
    link.removeAttribute("data-unseen");
    link.setAttribute("aria-label", link.getAttribute("aria-label").replace(/, \d+ new$/, ""));
  }

  #countOwn(by) {
    const own = part(this.#page, "fleet-own");
    own.dataset.count = String(Number(own.dataset.count) + by);
    part(this.#chooser, "fleet-view-own").hidden = own.dataset.count === "0";
  }
}
