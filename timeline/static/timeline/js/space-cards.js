// Cards of Spaces inside posts follow the same word that moves the bubbles; there is no socket of their own. Reminders are
// set and removed in place: a new page would stop the audio.

import { setText } from "../../spaces/js/dom.js";
import { HttpError, postForm } from "../../spaces/js/http.js";
import { announce, toast } from "../../spaces/js/toast.js";

const SETTLE = 400;
/** A server that starts again brings all its pages back at once: they ask over this long. */
const SPREAD = 2_000;
const SET = { verb: "remind", label: "Set reminder", done: "The reminder is removed." };
const REMOVE = { verb: "unremind", label: "Remove reminder", done: "We will remind you when it starts." };

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

  /** After an outage any of them may have started or ended; what is over stays over. */
  function fetchAll() {
    const moving = document.querySelectorAll('[data-space-card]:is([data-state="live"], [data-state="scheduled"])');
    for (const id of new Set([...moving].map(({ dataset }) => dataset.spaceCard))) fetchSoon(id, Math.random() * SPREAD);
  }

  /** Several changes in a row cost one request a card. */
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

/** The profile of a person who goes live, or takes the stage, while it is open. */
function showOnProfile({ id, host, people }) {
  const live = document.querySelector("[data-profile-live]");
  const isAbout = live && [host, ...people].some((person) => person.id === live.dataset.profileLive);
  if (!isAbout || cardsOf(id).length) return;
  window.htmx.ajax("GET", `/i/spaces/${id}/card`, { target: live, swap: "afterbegin", select: "unset" });
}

/** The ring around the image says what the cards below it say. */
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
  // The form is sent as it stands: only what is seen changes before the answer.
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
