// Moves between pages. A move replaces only the content of #page, so the room and its audio go on. htmx fetches; this
// module adds what a browser does on a real move: it focuses the heading and marks the current link.
//
// A failed move never leaves the page, because a moment without a network would then end the room for good.

import { gettext } from "./i18n.js";
import { Phase } from "../room/room.js";
import { announce, giveVoices, toast } from "./toast.js";

const MOVED = "spaces:page";

/** The room of this page, or null before there is one. */
let room = null;

/** Call `start(page)` for the page that is shown now and for every later one. */
export function onPage(start) {
  document.addEventListener(MOVED, () => start(page()));
  start(page());
}

export function startNavigation() {
  markCurrent();
  const on = (type, handle) => document.addEventListener(type, handle);
  on("htmx:afterSettle", ({ target }) => target.id === "page" && moved());
  on("htmx:beforeSend", onlyTheLast);
  on("htmx:beforeSwap", ({ detail }) => detail.target.id === "page" && beforeSwap(detail));
  // Show no message for a failed part of a page: the module that asked for it tries again.
  for (const type of ["htmx:sendError", "htmx:timeout"]) {
    on(type, ({ detail }) => detail.target?.id === "page" && stay(() => again(detail)));
  }
  // This is a step back or forward in the history, which htmx fetches by itself.
  on("htmx:historyCacheMiss", ({ detail }) => detail.xhr.addEventListener("error", () => stay(() => visit(detail.path))));
  on("htmx:historyCacheMissLoadError", ({ detail }) => stay(() => visit(detail.path)));
}

/** Hold back real page loads, too, while they would end the room without success. */
export function guardRoom(theRoom) {
  room = theRoom;
  // Listen at the window, which comes last: other handlers have handled the event by then.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !leaves(event, link)) return;
    hold(event, () => link.click());
    // Open the target in a new tab, because leaving the page would end the room.
    if (!event.defaultPrevented && isInRoom() && link.origin !== location.origin) openBeside(link);
  });
  addEventListener("submit", (event) => {
    if (event.target.method !== "dialog") hold(event, () => event.target.requestSubmit(event.submitter));
  });
}

/** Move to another page, or draw this one again, as a link would. */
export function visit(url) {
  const link = document.createElement("a");
  link.href = url;
  link.hidden = true;
  page().append(link);
  window.htmx?.process(link);
  link.click();
}

let moving = null;

/** Cancel a move that is on its way when the user chooses another page. */
function onlyTheLast({ detail }) {
  if (detail.target.id !== "page") return;
  moving?.abort();
  moving = detail.xhr;
}

function beforeSwap(detail) {
  // An earlier move has removed this link, so htmx no longer knows which part of the page to replace.
  detail.selectOverride ??= "#page > .page";
  // The answer is not a page of ours: a part of the server, or a proxy before it, is down.
  if (detail.xhr.status < 500 && detail.serverResponse.includes("data-viewer")) return;
  detail.shouldSwap = false;
  stay(() => again(detail), { isBroken: detail.xhr.status === 500 });
}

let dismiss = () => {};

/** Show that a move failed, and offer to try again. */
function stay(retry, { isBroken = false } = {}) {
  dismiss();
  const silent = navigator.onLine ? gettext("The server does not answer.") : gettext("You are offline.");
  const why = isBroken ? gettext("Something broke on our side.") : silent;
  const words = isInRoom() ? `${why} ${gettext("The room goes on.")}` : why;
  dismiss = toast(words, { tone: "bad", action: { label: gettext("Retry"), run: retry } });
}

function again({ elt, pathInfo }) {
  if (elt?.isConnected && elt.matches("form")) elt.requestSubmit();
  else visit(pathInfo.requestPath);
}

function isInRoom() {
  return Boolean(room) && (room.isInside || room.phase === Phase.CONNECTING);
}

function isCutOff() {
  return !navigator.onLine || room.phase === Phase.RECONNECTING;
}

function leaves(event, link) {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  const isHere = link.pathname === location.pathname && link.hash !== "";
  return isPlain && !isHere && !link.download && link.target !== "_blank";
}

function openBeside(link) {
  link.target = "_blank";
  link.relList.add("noopener");
}

function hold(event, retry) {
  if (event.defaultPrevented || !isInRoom() || !isCutOff()) return;
  event.preventDefault();
  stay(retry);
}

function moved() {
  // The user logged out, or in as another user: everything around the page belongs to a different account.
  if (page().dataset.viewer !== (document.documentElement.dataset.viewer ?? "")) {
    location.reload();
    return;
  }
  markCurrent();
  document.getElementById("account-menu")?.hidePopover();
  giveVoices(page());
  (page().querySelector("h1[tabindex]") ?? document.getElementById("page")).focus({ preventScroll: true });
  for (const message of page().querySelectorAll(".messages .message")) announce(message.textContent.trim());
  document.dispatchEvent(new CustomEvent(MOVED));
}

function markCurrent() {
  for (const link of document.querySelectorAll("[data-nav]")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function page() {
  return document.querySelector("#page > .page");
}
