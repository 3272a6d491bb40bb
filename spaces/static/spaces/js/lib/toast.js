// Short messages. A toast is shown for a moment, waits while the user is at it, and disappears by itself. It is also
// read out, in live regions that exist from the start: screen readers ignore a region that is added together with its
// text.

import { openDialog, removeSlowly } from "./dom.js";

const STAYS = 6_000;
/** The most toasts at a time. A second one would cover too much of the page. */
const MOST = 1;

/** The time after which screen readers notice a live region that was moved. */
const MOVED = 100;

/** Show a toast. `action` is `{label, run}`. Returns a function that removes the toast early. */
export function toast(text, { action = null, tone = "plain" } = {}) {
  const element = document.createElement("div");
  element.className = "toast";
  element.dataset.tone = tone;
  element.append(words(text));
  let isOver = false;
  const dismiss = () => {
    isOver = true;
    if (element.isConnected) removeSlowly(element);
  };
  if (action) element.append(button(action, dismiss));
  const show = () => isOver || showIn(tone === "bad" ? "assertive" : "polite", element);
  if (placeToasts()) setTimeout(show, MOVED);
  else show();
  leaveLater(element, dismiss);
  return dismiss;
}

/** Move the toasts, with their live regions, to a visible place: into an open dialog; above the controls in the room's
 *  sheet, where no title is; otherwise to the bottom of the page. Returns whether they moved. */
export function placeToasts() {
  const inSheet = document.querySelector(":root[data-sheet-open] [data-toasts-place]");
  const place = openDialog() ?? inSheet ?? document.body;
  if (toasts().parentElement === place) return false;
  place.append(toasts());
  return true;
}

function toasts() {
  return document.getElementById("toasts");
}

/** Read out what sighted users see without words. `isUrgent` interrupts the text that is being read out. */
export function announce(text, { isUrgent = false } = {}) {
  const line = words(text);
  regionFor(isUrgent).append(line);
  setTimeout(() => line.remove(), STAYS);
}

/** Give each modal dialog its own live regions, because it silences everything outside. */
export function giveVoices(root) {
  for (const dialog of root.querySelectorAll("dialog")) {
    if (dialog.querySelector(":scope > [data-says]")) continue;
    dialog.append(region("status", "polite"), region("alert", "assertive"));
  }
}

/** Turn messages that the server inserted out of band into ordinary toasts. */
export function startToasts() {
  giveVoices(document);
  // Move the toasts out of a dialog before the swap, because the page's dialogs are removed with the page.
  document.addEventListener("close", placeToasts, { capture: true });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => detail.target.contains(toasts()) && document.body.append(toasts()));
  document.addEventListener("htmx:oobAfterSwap", () => {
    for (const element of document.querySelectorAll("#toasts > .toast-error")) {
      element.remove();
      toast(element.textContent, { tone: "bad" });
    }
  });
}

function regionFor(isUrgent) {
  const dialog = openDialog();
  const inside = dialog?.querySelector(`:scope > [data-says="${isUrgent ? "assertive" : "polite"}"]`);
  return inside ?? document.getElementById(isUrgent ? "alarm" : "announcer");
}

function region(role, politeness) {
  const element = document.createElement("div");
  element.className = "visually-hidden";
  element.setAttribute("role", role);
  element.setAttribute("aria-live", politeness);
  element.dataset.says = politeness;
  return element;
}

function showIn(politeness, element) {
  const shown = [...toasts().querySelectorAll(".toast")];
  for (const old of shown.slice(0, Math.max(0, shown.length - MOST + 1))) old.remove();
  toasts().querySelector(`[data-toasts="${politeness}"]`).append(element);
}

function words(text) {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  return paragraph;
}

function button({ label, run }, dismiss) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "toast-action";
  element.textContent = label;
  element.addEventListener("click", () => {
    dismiss();
    run();
  });
  return element;
}

function leaveLater(element, dismiss) {
  let timer = setTimeout(dismiss, STAYS);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(dismiss, STAYS);
  };
  element.addEventListener("pointerenter", hold);
  element.addEventListener("pointerleave", release);
  element.addEventListener("focusin", hold);
  element.addEventListener("focusout", release);
}
