// The numbers beside "Notifications" and "Messages". The home socket says that one of them changed, and the page asks
// the server for both. So a change that was missed without a connection is made up for, too.

import { gettext } from "../../spaces/js/lib/i18n.js";
import { HttpError } from "../../spaces/js/lib/http.js";
import { ask } from "./ask.js";
import { newestIn } from "./lists.js";

const TOPICS = ["notifications", "messages"];
/** Pages spread their requests over this time (ms): a Space may start for many people at once. */
const SPREAD = 1_000;
const MOST = 99;

/** The time (ms) by which the event of a post and an answer that counts the post may overtake each other. */
const OVERTAKES = 2_000;

let timer = 0;
let countedUntil = 0;

export function startBadges() {
  if (!document.querySelector("[data-badge-of]")) return;
  document.addEventListener("spaces:home", ({ detail }) => {
    // A socket that opens sends `bubbles` first.
    if (detail.type === "bubbles") askIn(0);
    if (detail.type === "news" && TOPICS.includes(detail.topic)) askIn(Math.random() * SPREAD);
  });
}

/** Ask again if the last answer may not have counted the latest change. */
export function recountIfUnsure() {
  if (performance.now() < countedUntil) askIn(OVERTAKES);
}

function askIn(delay) {
  clearTimeout(timer);
  timer = setTimeout(refresh, delay);
}

async function refresh() {
  countedUntil = Infinity;
  try {
    const numbers = await ask(`/i/badges${newest()}`);
    draw(numbers);
    document.dispatchEvent(new CustomEvent("spaces:badges", { detail: numbers }));
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
  } finally {
    countedUntil = performance.now() + OVERTAKES;
  }
}

/** Return the query by which a home timeline also asks for the number of posts that it missed. */
function newest() {
  const list = document.querySelector('[data-posts="home"]');
  return list ? `?posts_after=${newestIn(list)}` : "";
}

function draw(numbers) {
  for (const link of document.querySelectorAll("[data-badge-of]")) {
    const number = numbers[link.dataset.badgeOf];
    link.dataset.name ??= link.getAttribute("aria-label");
    const shown = badge(number);
    if (shown) link.dataset.new = shown;
    else delete link.dataset.new;
    link.setAttribute("aria-label", shown ? gettext("{name}, {number} new", { name: link.dataset.name, number: shown }) : link.dataset.name);
  }
  const isAny = TOPICS.some((topic) => numbers[topic] > 0);
  document.querySelector("[data-badge-any]")?.toggleAttribute("data-new", isAny);
}

/** Return the text of a badge: empty for 0, `99+` for more than 99. */
export function badge(number) {
  if (!number) return "";
  return number > MOST ? `${MOST}+` : String(number);
}
