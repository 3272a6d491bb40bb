// Short news. It is seen for a moment, waits while a person is at it, and goes by itself; and it is said, in live regions
// that are there from the start: a screen reader hears nothing of a region that comes together with its words.

import { removeSlowly } from "./dom.js";

const STAYS = 6_000;
/** A second one would cover more than the first is worth. */
const MOST = 1;

/** A live region that was moved is heard again after this long. */
const MOVED = 100;

/** `action` is `{label, run}`. Returns a function that takes the toast away early. */
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

/** Moves the toasts, with their live regions, to where they can be seen: into an open dialog; in the room's sheet above its
 *  controls, where no title is; else to the bottom of the page. Returns whether that was somewhere else. */
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

/** Says what is seen without words; `isUrgent` interrupts what is being read out. */
export function announce(text, { isUrgent = false } = {}) {
  const line = words(text);
  regionFor(isUrgent).append(line);
  setTimeout(() => line.remove(), STAYS);
}

/** A modal dialog silences everything outside of it, so each gets live regions of its own. */
export function giveVoices(root) {
  for (const dialog of root.querySelectorAll("dialog")) {
    if (dialog.querySelector(":scope > [data-says]")) continue;
    dialog.append(region("status", "polite"), region("alert", "assertive"));
  }
}

/** What the server put among the toasts, out of band, becomes one as all others. */
export function startToasts() {
  giveVoices(document);
  // Out of a dialog before anything becomes of it: those of a page go with the page.
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

/** The modal dialog that is open, if any; the panel of those who run a Space is none. */
function openDialog() {
  return [...document.querySelectorAll("dialog[open]")].filter(isModal).at(-1);
}

function isModal(dialog) {
  try {
    return dialog.matches(":modal");
  } catch {
    return getComputedStyle(dialog).position === "fixed";
  }
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
