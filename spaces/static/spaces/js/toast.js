// Short news at the top of the screen. It is read out, waits while somebody is at it, and goes by itself.

import { removeSlowly } from "./dom.js";

const STAYS = 6_000;
const MOST = 2;

/** `action` is `{label, run}`. Returns a function that takes the toast away early. */
export function toast(text, { action = null, tone = "plain" } = {}) {
  const element = document.createElement("div");
  element.className = "toast";
  element.dataset.tone = tone;
  element.append(words(text));
  const dismiss = () => element.isConnected && removeSlowly(element);
  if (action) element.append(button(action, dismiss));
  show(element);
  leaveLater(element, dismiss);
  return dismiss;
}

/** For what is plainly seen and only has to be said. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  const line = document.createElement("p");
  line.textContent = text;
  announcer.append(line);
  setTimeout(() => line.remove(), STAYS);
}

function show(element) {
  const toasts = document.getElementById("toasts");
  while (toasts.children.length >= MOST) toasts.firstElementChild.remove();
  toasts.append(element);
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
