// The menu of one person on the stage or among the listeners: opened by the button that lies over their image.

import { part, setAttribute } from "./dom.js";

export function startPersonMenu(root, room) {
  const menu = part(root, "person-menu");
  if (!menu) return;
  root.addEventListener("click", ({ target }) => {
    const opener = target.closest?.("[data-tile-open]");
    if (opener) open(menu, opener, room);
  });
  menu.addEventListener("click", ({ target }) => target.closest("a") && menu.hidePopover());
}

function open(menu, opener, { state }) {
  const id = opener.closest("[data-key]").dataset.key;
  const person = [...state.stage, ...state.audience.listeners].find((candidate) => candidate.id === id);
  if (!person) return;
  const report = part(menu, "report-open");
  setAttribute(menu, "aria-label", person.name);
  setAttribute(part(menu, "person-profile"), "href", `/${person.username}`);
  setAttribute(report, "data-person", person.id);
  setAttribute(report, "data-space", state.space.id);
  setAttribute(report, "data-report-about", `@${person.username}`);
  menu.showPopover({ source: opener });
  menu.querySelector("a, button").focus();
}
