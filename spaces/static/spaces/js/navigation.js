// Moving between pages swaps what is inside #page and nothing else, so the room and its audio go on. htmx does the
// fetching; this adds what a browser does on a real move: the focus starts at the heading, the current link is marked.
//
// A move that fails never leaves the page: that would end the room for good, for a moment without a network.

import { Phase } from "./room.js";
import { announce, giveVoices, toast } from "./toast.js";

const MOVED = "spaces:page";

/** The room of this page, once there is one. */
let room = null;

/** Calls `start(page)` for the page that is shown now and for every one that comes after it. */
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
  // A part that fails is no reason for a word: it is tried again by what asked for it.
  for (const type of ["htmx:sendError", "htmx:timeout"]) {
    on(type, ({ detail }) => detail.target?.id === "page" && stay(() => again(detail)));
  }
  // A step back or forward in the history, which htmx fetches by itself.
  on("htmx:historyCacheMiss", ({ detail }) => detail.xhr.addEventListener("error", () => stay(() => visit(detail.path))));
  on("htmx:historyCacheMissLoadError", ({ detail }) => stay(() => visit(detail.path)));
}

/** What is no move within the page waits, too, while it would end the room and lead nowhere. */
export function guardRoom(theRoom) {
  room = theRoom;
  // At the window: whoever handles it for itself has done so by then.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !leaves(event, link)) return;
    hold(event, () => link.click());
    // Out of the page, which would end the room: beside it instead.
    if (!event.defaultPrevented && isInRoom() && link.origin !== location.origin) openBeside(link);
  });
  addEventListener("submit", (event) => {
    if (event.target.method !== "dialog") hold(event, () => event.target.requestSubmit(event.submitter));
  });
}

/** Moves to another page, or draws this one anew, as a link in it would. */
export function visit(url) {
  const link = document.createElement("a");
  link.href = url;
  link.hidden = true;
  page().append(link);
  window.htmx?.process(link);
  link.click();
}

let moving = null;

/** Whoever chooses another page while one is on its way has changed their mind. */
function onlyTheLast({ detail }) {
  if (detail.target.id !== "page") return;
  moving?.abort();
  moving = detail.xhr;
}

function beforeSwap(detail) {
  // A link that an earlier move has taken off the page does not know any more which part it asked for.
  detail.selectOverride ??= "#page > .page";
  // Not a page of ours: a part of the server, or what stands before it, is away.
  if (detail.xhr.status < 500 && detail.serverResponse.includes("data-viewer")) return;
  detail.shouldSwap = false;
  stay(() => again(detail), { isBroken: detail.xhr.status === 500 });
}

let dismiss = () => {};

/** Says that a move failed, and offers it again. */
function stay(retry, { isBroken = false } = {}) {
  dismiss();
  const silent = navigator.onLine ? "The server does not answer." : "You are offline.";
  const why = isBroken ? "Something broke on our side." : silent;
  const words = isInRoom() ? `${why} The room goes on.` : why;
  dismiss = toast(words, { tone: "bad", action: { label: "Retry", run: retry } });
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
  // Logged out or logged in as somebody else meanwhile: everything around the page is another person's.
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
