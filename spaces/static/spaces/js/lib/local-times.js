// Times from the server, shown in the reader's zone and the page's language. Relative times ("5m") advance while the
// page is open.

import { gettext, localeOf } from "./i18n.js";
import { learnTime, serverNow } from "./clock.js";

const ADVANCE_EVERY = 20_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const CLOCK = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

export function startLocalTimes() {
  const now = document.querySelector('meta[name="server-time"]');
  if (now) learnTime(now.content);
  drawTimes(document);
  document.addEventListener("htmx:afterSettle", ({ target }) => drawTimes(target));
  setInterval(advance, ADVANCE_EVERY);
  // Draw again: the timer does not run while the page is hidden or in the browser's cache.
  document.addEventListener("visibilitychange", advance);
  addEventListener("pageshow", advance);
}

/** Draw all times below `root`, and the name of the reader's zone beside fields. */
export function drawTimes(root) {
  drawAgo(root);
  for (const time of root.querySelectorAll("[data-local-time]")) time.textContent = inWords(time.dateTime);
  for (const time of root.querySelectorAll("[data-local-day]")) time.textContent = dayOf(new Date(time.dateTime));
  for (const zone of root.querySelectorAll("[data-zone]")) {
    zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
}

/** `Tue 24 November at 18:00 CET`, with the year where it is not the present one. */
export function inWords(iso, { locale = pageLocale(), timeZone = undefined, now = serverNow() } = {}) {
  const at = new Date(iso);
  const day = { weekday: "short", day: "numeric", month: "long", ...yearOf(at, now) };
  return new Intl.DateTimeFormat(locale, { ...day, ...CLOCK, timeZone }).format(at);
}

/** `now`, `5m`, `3h`, `4 Mar`, `4 Mar 2024`: like the server's tag `ago`, but with the reader's day. */
export function shortAgo(iso, { locale = pageLocale(), timeZone = undefined, now = serverNow() } = {}) {
  const at = new Date(iso);
  const passed = Math.max(0, now - at);
  if (passed < MINUTE) return gettext("now");
  if (passed < 60 * MINUTE) return gettext("{number}m", { number: Math.floor(passed / MINUTE) });
  if (passed < DAY) return gettext("{number}h", { number: Math.floor(passed / MINUTE / 60) });
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...yearOf(at, now), timeZone }).format(at);
}

/** Return the reader's variant of the page's language. Another language would put foreign dates into the page's
 *  sentences. */
export function localeFor(language, preferred) {
  const isOfPage = (tag) => tag.split("-")[0] === language.split("-")[0];
  const own = preferred.find(isOfPage);
  return own && language !== "ar" ? own : localeOf(language);
}

function advance() {
  if (!document.hidden) drawAgo(document);
}

function drawAgo(root) {
  for (const time of root.querySelectorAll("[data-ago]")) {
    const words = shortAgo(time.dateTime);
    if (time.textContent !== words) time.textContent = words;
    time.title = inWords(time.dateTime);
  }
}

function dayOf(at) {
  return new Intl.DateTimeFormat(pageLocale(), { day: "numeric", month: "long", year: "numeric" }).format(at);
}

function yearOf(at, now) {
  return at.getFullYear() === new Date(now).getFullYear() ? {} : { year: "numeric" };
}

function pageLocale() {
  // A plain `en` in the browser's list counts as the page's own variant.
  return localeFor(document.documentElement.lang, navigator.languages.filter((tag) => tag.includes("-")));
}
