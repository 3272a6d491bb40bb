// The sheet behind "Spaces". Starting a Space opens the room without leaving the page; scheduling one leads to its
// page.

import { closeOnBackdrop, part, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { TITLE_LENGTH, titleLength } from "../lib/format.js";
import { HttpError, postForm } from "../lib/http.js";
import { prepareField } from "../lib/datetime-fields.js";
import { onPage, visit } from "../lib/navigation.js";

const MOST_TOPICS = 3;

export function startCreateSheet(room) {
  // Capture the click before the link leads to the sheet's own page, as it does on pages without a sheet.
  document.addEventListener("click", openSheet, { capture: true });
  onPage((page) => {
    const sheet = part(page, "create");
    const form = part(page, "create-form");
    if (sheet) listenToSheet(sheet);
    if (form) listenToForm(form, sheet, room);
  });
}

function openSheet(event) {
  const opener = event.target.closest?.("[data-create-open]");
  if (!opener) return;
  opener.closest("dialog")?.close();
  const sheet = part(document, "create");
  if (!sheet) return;
  event.preventDefault();
  event.stopPropagation();
  sheet.showModal();
}

function listenToSheet(sheet) {
  part(sheet, "create-close").addEventListener("click", () => sheet.close());
  closeOnBackdrop(sheet);
}

function listenToForm(form, sheet, room) {
  const title = form.elements.title;
  title.addEventListener("input", () => drawCount(form, title.value));
  drawCount(form, title.value);
  prepareField(form.elements.when);
  listenToTopics(form);
  const later = part(form, "later");
  later.addEventListener("toggle", () => switchTo(form, later));
  switchTo(form, later);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter, sheet, room);
  });
}

/** Hide "Start" while a time is chosen. Enter presses the form's first submit button, which must not go live then. */
function switchTo(form, later) {
  const button = part(form, "start");
  button.type = later.open ? "button" : "submit";
  button.hidden = later.open;
}

function listenToTopics(form) {
  const topics = part(form, "topics");
  if (!topics) return;
  const boxes = [...topics.querySelectorAll("input[name]")];
  const search = part(topics, "topics-search");
  search.hidden = false;
  search.addEventListener("input", () => filterTopics(topics, search.value));
  // Enter looks for topics; it does not start the Space.
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  const draw = () => {
    const chosen = boxes.filter(({ checked }) => checked);
    for (const box of boxes) box.disabled = !box.checked && chosen.length >= MOST_TOPICS;
    const words = chosen.map((box) => box.parentElement.textContent.trim()).join(", ");
    setText(part(form, "topics-chosen"), words || gettext("Up to {number}", { number: MOST_TOPICS }));
  };
  topics.addEventListener("change", draw);
  form.addEventListener("reset", () => queueMicrotask(() => (filterTopics(topics, ""), draw())));
  draw();
}

/** Shows topics whose names hold the words, all topics of a group whose own name does, and what is chosen already. */
function filterTopics(topics, words) {
  const sought = words.trim().toLocaleLowerCase();
  const holds = (text) => text.toLocaleLowerCase().includes(sought);
  for (const group of topics.querySelectorAll("[role=group]")) {
    const isWhole = holds(group.getAttribute("aria-label"));
    const labels = [...group.querySelectorAll("label")];
    for (const label of labels) {
      label.hidden = !isWhole && !holds(label.textContent) && !label.querySelector("input").checked;
    }
    group.hidden = labels.every(({ hidden }) => hidden);
  }
}

function drawCount(form, text) {
  const length = titleLength(text);
  setText(part(form, "count"), `${length} / ${TITLE_LENGTH}`);
  form.toggleAttribute("data-too-long", length > TITLE_LENGTH);
}

async function send(form, button, sheet, room) {
  if (button.getAttribute("aria-disabled") === "true") return;
  setText(part(form, "errors"), "");
  button.setAttribute("aria-disabled", "true");
  try {
    const { id, url } = await postForm(form, button);
    const isLater = button.value === "schedule";
    sheet?.close();
    clear(form);
    if (isLater) visit(url);
    else room.enter(id);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    refuse(form, error, () => open(error.details.id, sheet, room));
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

function clear(form) {
  const { value } = form.elements.when;
  form.reset();
  form.elements.when.value = value;
  part(form, "later").open = false;
  drawCount(form, "");
}

function refuse(form, error, openOther) {
  const errors = part(form, "errors");
  setText(errors, error.message);
  form.elements.title.setAttribute("aria-invalid", String(error.code === "bad_title"));
  form.elements.when.setAttribute("aria-invalid", String(error.code === "bad_time"));
  errors.scrollIntoView({ block: "nearest" });
  if (error.code !== "already_hosting") return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-small";
  button.textContent = gettext("Open it");
  button.addEventListener("click", openOther);
  errors.append(" ", button);
}

function open(id, sheet, room) {
  sheet?.close();
  room.enter(id);
}
