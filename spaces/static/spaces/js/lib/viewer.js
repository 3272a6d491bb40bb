// A page belongs to the user who was logged in when it was made. It can stay open for days, or come back from the
// browser's cache, while that user logs out, or another one logs in, in another tab. This module then hides private
// content, sends nothing in another user's name, and keeps typed text.

import { gettext } from "./i18n.js";
import { tabs } from "./comforts.js";
import { toast } from "./toast.js";

const WITHIN = 10_000;
const LOGGED_OUT = gettext("You are logged out. Nothing was sent, and your text is still here. Log in in another tab, then send it again.");
const ANOTHER = gettext("Another account is logged in here now. Nothing was sent, and your text is still here.");

const own = viewerOf(document);
/** Forms that were just checked and may be sent unchanged. */
const checked = new WeakSet();
/** Forms that were already sent a second time. */
const repeated = new WeakSet();
const others = tabs("spaces:viewer");
let cover = null;

export function startViewer() {
  document.addEventListener("submit", guard, { capture: true });
  document.addEventListener("htmx:configRequest", ({ detail }) => prepare(detail));
  document.addEventListener("htmx:beforeSwap", repeatStale);
  addEventListener("pagehide", forgetSecrets);
  others.post(own);
  if (own === "") return;
  others.onMessage = (viewer) => (viewer !== own || cover !== null) && check();
  addEventListener("pageshow", ({ persisted }) => persisted && checkFromCache());
}

/** Ask who is logged in now. For a different user, cover the page if it holds typed text, and otherwise reload it. */
export async function check() {
  if (own === "") return;
  const { viewer } = await ask().catch(() => ({ viewer: cookie("viewer") }));
  if (viewer === own) uncover();
  else if (hasUnsent()) showCover(viewer);
  else location.reload();
}

/** Return the header of our requests by which the server refuses those in the name of another account. */
export function viewerHeader() {
  return own === "" ? {} : { "X-Viewer": own };
}

/** Resolves with `{viewer, token}`. */
export async function ask() {
  const options = { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(WITHIN) };
  const response = await fetch("/i/viewer", options);
  if (!response.ok) throw new Error(`asking who is logged in was answered with ${response.status}`);
  return response.json();
}

/** Put the present CSRF token into `data` (a FormData or URLSearchParams). Resolves with false for a different user. */
export async function renew(data) {
  const { viewer, token } = await ask();
  if (viewer !== own) return false;
  data.set("csrfmiddlewaretoken", token);
  return true;
}

/** Check a form before it is sent: give it the present token, and send it only in the name of the page's user. */
function guard(event) {
  const form = event.target;
  if (form.method !== "post" || checked.delete(form)) return;
  const token = cookie("csrf");
  if (token) setToken(form, token);
  // Without the cookie the server refuses any token, so ask for a new one first.
  if (token && (own === "" || cookie("viewer") === own || isLogOut(form))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  askAndSend(form, event.submitter);
}

async function askAndSend(form, submitter) {
  const now = await ask().catch(() => null);
  if (now?.viewer === own) {
    setToken(form, now.token);
    sendAgain(form, submitter);
  } else if (now) {
    tellNotSent(now.viewer);
  } else {
    toast(gettext("The server cannot be reached. Nothing was sent, and your text is still here."), { tone: "bad" });
  }
}

function tellNotSent(viewer) {
  const here = location.pathname + location.search;
  const logIn = { label: gettext("Log in"), run: () => window.open(`/accounts/login/?next=${encodeURIComponent(here)}`, "_blank") };
  toast(viewer ? ANOTHER : LOGGED_OUT, { tone: "bad", action: viewer ? null : logIn });
}

function sendAgain(form, submitter) {
  checked.add(form);
  form.requestSubmit(submitter?.form === form ? submitter : null);
}

/** Check htmx requests, too: htmx sends its own copy of the fields, and a button may have no form. */
function prepare(detail) {
  Object.assign(detail.headers, viewerHeader());
  const token = cookie("csrf");
  if (token && detail.verb !== "get") detail.parameters.csrfmiddlewaretoken = token;
}

/** Ask for a new token and send once more, when the server refused a token that matched the cookie. */
function repeatStale(event) {
  const { xhr, elt } = event.detail;
  if (xhr.status !== 403) return;
  const problem = xhr.getResponseHeader("X-Problem");
  if (problem !== "stale_form") return;
  event.detail.shouldSwap = false;
  const form = elt.closest("form");
  if (form === null || repeated.has(form)) return;
  repeated.add(form);
  askAndSend(form, null);
}

/** Hide the page until the server has said whose session this is. */
async function checkFromCache() {
  document.documentElement.dataset.covered = "";
  await check();
}

function showCover(viewer) {
  document.documentElement.dataset.covered = "";
  cover?.remove();
  cover = document.createElement("div");
  cover.className = "viewer-cover";
  cover.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = viewer ? gettext("Another account is logged in here now.") : gettext("You are logged out.");
  const hint = document.createElement("p");
  hint.textContent = gettext("What you typed is kept on this page for when you are back.");
  const link = document.createElement("a");
  link.className = "button button-primary";
  link.textContent = viewer ? gettext("Go on without it") : gettext("Log in");
  const here = encodeURIComponent(location.pathname + location.search);
  link.href = viewer ? location.href : `/accounts/login/?next=${here}`;
  if (!viewer) link.target = "_blank";
  cover.append(words, hint, link);
  document.body.append(cover);
}

function uncover() {
  delete document.documentElement.dataset.covered;
  cover?.remove();
  cover = null;
}

function hasUnsent() {
  const fields = document.querySelectorAll("form[method=post] :is(textarea, input[type=text])");
  return [...fields].some((field) => field.value.trim() && field.value !== field.defaultValue);
}

/** Empty elements that are shown only once, such as keys, so that "Back" does not show them again. */
function forgetSecrets() {
  for (const element of document.querySelectorAll("[data-once]")) element.replaceChildren();
}

function setToken(form, token) {
  for (const field of form.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
}

function isLogOut(form) {
  return new URL(form.action).pathname === "/accounts/logout/";
}

function cookie(name) {
  const wanted = [`${name}=`, `__Host-${name}=`];
  const found = document.cookie.split("; ").find((part) => wanted.some((start) => part.startsWith(start)));
  return found?.slice(found.indexOf("=") + 1) ?? "";
}

function viewerOf({ documentElement }) {
  return documentElement.dataset.viewer ?? "";
}
