// The numbers beside "Notifications" and "Messages". The home socket says that one of them changed, not to what: the
// server is asked, so that what was missed while nobody was connected is right again too.

import { HttpError } from "../../spaces/js/http.js";
import { ask } from "./ask.js";

const TOPICS = ["notifications", "messages"];
/** A Space that many waited for starts for all of them at once: they ask over this long. */
const SPREAD = 1_000;
const MOST = 99;

export function startBadges() {
  if (!document.querySelector("[data-badge-of]")) return;
  let timer = 0;
  document.addEventListener("spaces:home", ({ detail }) => {
    // The list of bubbles is what a socket says first, whenever it comes up.
    if (detail.type === "bubbles") askIn(0);
    if (detail.type === "news" && TOPICS.includes(detail.topic)) askIn(Math.random() * SPREAD);
  });

  function askIn(delay) {
    clearTimeout(timer);
    timer = setTimeout(refresh, delay);
  }
}

async function refresh() {
  try {
    const numbers = await ask("/i/badges");
    draw(numbers);
    document.dispatchEvent(new CustomEvent("spaces:badges", { detail: numbers }));
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
  }
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
