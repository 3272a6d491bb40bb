// The menu of one person on the stage or among the listeners. The button over the person's image opens it.

import { part, setAttribute } from "../lib/dom.js";
import { isOpen, openBeside } from "../lib/menus.js";

export function startPersonMenu(root, room) {
  const menu = part(root, "person-menu");
  if (!menu) return;
  root.addEventListener("click", ({ target }) => {
    const opener = target.closest?.("[data-tile-open]");
    if (opener) open(menu, opener, room);
  });
  // The pressed button is replaced by its successor; move the focus there.
  part(menu, "person-relation").addEventListener("htmx:afterSettle", ({ target, currentTarget }) => {
    if (document.activeElement !== document.body) return;
    (target.querySelector("button") ?? currentTarget.querySelector("button"))?.focus();
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
  showRelation(part(menu, "person-relation"), person, menu, opener);
  openBeside(menu, opener);
  menu.querySelector("a, button").focus();
}

/** Load the buttons "Follow", "Mute posts" and "Block" in their present state. */
async function showRelation(place, { username }, menu, opener) {
  place.replaceChildren();
  await window.htmx?.ajax("GET", `/${username}/relation`, { target: place, swap: "innerHTML", select: "unset" });
  // Place the menu again, because it is longer now.
  if (isOpen(menu)) openBeside(menu, opener);
}
