// Links with `data-join`, present or future, open the room without leaving the page.

import { gettext } from "../lib/i18n.js";
import { part, setText } from "../lib/dom.js";
import { listening } from "../lib/format.js";
import { onPage } from "../lib/navigation.js";

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
  // Mark the links of the Space that the room is in.
  onPage((page) => draw(page, room));
  room.addEventListener("change", () => draw(document, room));
  document.addEventListener("htmx:afterSettle", ({ target }) => draw(target, room));
}

function joinLinkOf({ target }) {
  return target.closest?.("[data-join]");
}

function draw(place, room) {
  drawButton(place, room);
  drawCounts(place, room);
}

/** Show the room's own count of listeners wherever the page counts the listeners of this Space. */
function drawCounts(place, { id, isInside, state }) {
  if (!isInside || !state.space) return;
  for (const element of place.querySelectorAll(`[data-listening="${CSS.escape(id)}"]`)) {
    setText(element, listening(state.audience.count));
  }
}

function drawButton(page, { id, isInside }) {
  const button = part(page, "join-button");
  if (!button) return;
  button.dataset.outside ??= button.textContent;
  setText(button, isInside && button.dataset.join === id ? gettext("Open the room") : button.dataset.outside);
}
