// Every link with `data-join`, now or later, leads into the room without leaving the page.

import { part, setText } from "./dom.js";
import { onPage } from "./navigation.js";

export function startJoinLinks(room) {
  document.addEventListener("pointerdown", (event) => {
    const link = joinLinkOf(event);
    if (link && event.button === 0) room.prepare(link.dataset.join);
  });
  document.addEventListener("click", (event) => {
    const link = joinLinkOf(event);
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    room.enter(link.dataset.join);
  });
  // The page of the Space we are in says so.
  onPage((page) => drawButton(page, room));
  room.addEventListener("change", () => drawButton(document, room));
}

function joinLinkOf({ target }) {
  return target.closest?.("[data-join]");
}

function drawButton(page, { id, isInside }) {
  const button = part(page, "join-button");
  if (!button) return;
  button.dataset.outside ??= button.textContent;
  setText(button, isInside && button.dataset.join === id ? "Open the room" : button.dataset.outside);
}
