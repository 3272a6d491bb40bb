// Times that the server wrote, in the reader's zone and the page's language. Those that say how long ago something was
// advance while the page is open.

import { learnTime, serverNow } from "./clock.js";

const ADVANCE_EVERY = 20_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How a language writes dates where the reader has no variant of it of their own; its plain tag would be American. */
const USUAL = { en: "en-GB" };
const CLOCK = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

export function startLocalTimes() {
  const now = document.querySelector('meta[name="server-time"]');
  if (now) learnTime(now.content);
  drawTimes(document);
  document.addEventListener("htmx:afterSettle", ({ target }) => drawTimes(target));
  setInterval(advance, ADVANCE_EVERY);
  // A page that was out of sight, or in the browser's cache, did not count on.
  document.addEventListener("visibilitychange", advance);
  addEventListener("pageshow", advance);
}

/** Draws every time below `root`, and the names of the reader's zone beside fields. */
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

/** `now`, `5m`, `3h`, `4 Mar`, `4 Mar 2024`: as the tag `ago` of the server, but the day is the reader's. */
export function shortAgo(iso, { locale = pageLocale(), timeZone = undefined, now = serverNow() } = {}) {
  const at = new Date(iso);
  const passed = Math.max(0, now - at);
  if (passed < MINUTE) return "now";
  if (passed < 60 * MINUTE) return `${Math.floor(passed / MINUTE)}m`;
  if (passed < DAY) return `${Math.floor(passed / MINUTE / 60)}h`;
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...yearOf(at, now), timeZone }).format(at);
}

/** The variant of the page's language that the reader prefers: dates in another language would stand in its sentences. */
export function localeFor(language, preferred) {
  const isOfPage = (tag) => tag.split("-")[0] === language.split("-")[0];
  return preferred.find(isOfPage) ?? USUAL[language] ?? language;
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
  // A plain `en` of the browser is the page's own.
  return localeFor(document.documentElement.lang, navigator.languages.filter((tag) => tag.includes("-")));
}
