// Cards of Spaces inside posts. They follow the events of the bubbles and have no socket of their own. Reminders are
// set and removed without another page, which would stop the audio.

import { gettext } from "../../spaces/js/lib/i18n.js";
import { setText } from "../../spaces/js/lib/dom.js";
import { HttpError, postForm } from "../../spaces/js/lib/http.js";
import { announce, toast } from "../../spaces/js/lib/toast.js";

const SETTLE = 400;
/** Pages spread their requests over this time (ms), because all of them reconnect when a server restarts. */
const SPREAD = 2_000;
const SET = { verb: "remind", label: gettext("Set reminder"), done: gettext("The reminder is removed.") };
const REMOVE = { verb: "unremind", label: gettext("Remove reminder"), done: gettext("We will remind you when it starts.") };

export function startSpaceCards() {
  const waiting = new Map();
  document.addEventListener("spaces:home", ({ detail }) => {
    if (detail.type === "bubble.talking") setTalking(detail.id, detail.talking);
    if (detail.type === "bubble.shown") {
      fetchSoon(detail.bubble.id);
      showOnProfile(detail.bubble);
    }
    if (detail.type === "bubble.gone") fetchSoon(detail.id);
    if (detail.type === "resync") fetchAll();
  });

  document.addEventListener("htmx:afterSettle", drawProfile);
  document.addEventListener("submit", (event) => event.target.matches("[data-remind]") && remind(event));

  /** Load the cards again after an outage. Spaces that are over need no request. */
  function fetchAll() {
    const moving = document.querySelectorAll('[data-space-card]:is([data-state="live"], [data-state="scheduled"])');
    for (const id of new Set([...moving].map(({ dataset }) => dataset.spaceCard))) fetchSoon(id, Math.random() * SPREAD);
  }

  /** Load a card after a short wait, so that several changes in a row cost one request. */
  function fetchSoon(id, delay = SETTLE) {
    if (cardsOf(id).length === 0) return;
    clearTimeout(waiting.get(id));
    waiting.set(id, setTimeout(() => fetchNow(id), delay));
  }

  function fetchNow(id) {
    waiting.delete(id);
    for (const card of cardsOf(id)) {
      window.htmx.ajax("GET", `/i/spaces/${id}/card`, { target: card, swap: "outerHTML", select: "unset" });
    }
  }
}

/** Show on an open profile that its person goes live or comes on a stage. */
function showOnProfile({ id, host, people }) {
  const live = document.querySelector("[data-profile-live]");
  const isAbout = live && [host, ...people].some((person) => person.id === live.dataset.profileLive);
  if (!isAbout || cardsOf(id).length) return;
  window.htmx.ajax("GET", `/i/spaces/${id}/card`, { target: live, swap: "afterbegin", select: "unset" });
}

/** Draw the ring around the profile image if a card below it is live. */
function drawProfile() {
  const isLive = document.querySelector('[data-profile-live] [data-state="live"]') !== null;
  document.querySelector("[data-profile-face]")?.toggleAttribute("data-live", isLive);
}

async function remind(event) {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.busy !== undefined) return;
  const before = form.action.endsWith(`/${SET.verb}`) ? SET : REMOVE;
  const after = before === SET ? REMOVE : SET;
  form.dataset.busy = "";
  // The form is sent unchanged. Only its look changes before the answer.
  const answer = postForm(form);
  draw(form, after);
  try {
    await answer;
    form.action = form.action.replace(new RegExp(`${before.verb}$`), after.verb);
    announce(after.done);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    draw(form, before);
    toast(error.message, { tone: "bad" });
  } finally {
    delete form.dataset.busy;
  }
}

function draw(form, { label }) {
  setText(form.querySelector("button"), label);
}

function setTalking(id, isTalking) {
  for (const card of cardsOf(id)) card.toggleAttribute("data-talking", isTalking);
}

function cardsOf(id) {
  return document.querySelectorAll(`[data-space-card="${CSS.escape(id)}"]`);
}
