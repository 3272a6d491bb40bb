// The numbers beside "Notifications" and "Messages". The home socket says that one of them changed, not to what: the
// server is asked, so that what was missed while nobody was connected is right again too.

import { HttpError } from "../../spaces/js/http.js";
import { ask } from "./ask.js";
import { newestIn } from "./lists.js";

const TOPICS = ["notifications", "messages"];
/** A Space that many waited for starts for all of them at once: they ask over this long. */
const SPREAD = 1_000;
const MOST = 99;

/** Word of a post and an answer that counts it already may overtake each other by as much. */
const OVERTAKES = 2_000;

let timer = 0;
let countedUntil = 0;

export function startBadges() {
  if (!document.querySelector("[data-badge-of]")) return;
  document.addEventListener("spaces:home", ({ detail }) => {
    // The list of bubbles is what a socket says first, whenever it comes up.
    if (detail.type === "bubbles") askIn(0);
    if (detail.type === "news" && TOPICS.includes(detail.topic)) askIn(Math.random() * SPREAD);
  });
}

/** Asks again if an answer may or may not have counted what was told just now. */
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

/** A home timeline asks for the number of its missed posts along with the rest. */
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
    link.setAttribute("aria-label", shown ? `${link.dataset.name}, ${shown} new` : link.dataset.name);
  }
  const isAny = TOPICS.some((topic) => numbers[topic] > 0);
  document.querySelector("[data-badge-any]")?.toggleAttribute("data-new", isAny);
}

/** Empty for nothing, `99+` for more than that. */
export function badge(number) {
  if (!number) return "";
  return number > MOST ? `${MOST}+` : String(number);
}
