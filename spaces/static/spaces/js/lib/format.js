// Numbers and times in words.

import { NUMBERS, gettext, inARow, ngettext } from "./i18n.js";

export const TITLE_LENGTH = 70;

const plain = new Intl.NumberFormat(NUMBERS);
const short = new Intl.NumberFormat(NUMBERS, { notation: "compact", maximumFractionDigits: 1 });

export function count(number) {
  return number < 10_000 ? plain.format(number) : short.format(number);
}

export function listening(number) {
  return ngettext("{number} listening", "{number} listening", number, { number: count(number) });
}

export function ago(iso, now) {
  const minutes = Math.floor(Math.max(0, now - Date.parse(iso)) / 60_000);
  if (minutes < 1) return gettext("just now");
  if (minutes < 60) return gettext("{minutes} min ago", { minutes });
  return gettext("{hours} h {minutes} min ago", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

const ORDINALS = new Intl.PluralRules("en", { type: "ordinal" });
const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };

/** `1st`, `22nd`, `113th` in English. Other languages say it with the number alone. */
export function ordinal(number) {
  if (NUMBERS !== "en") return plain.format(number);
  return `${plain.format(number)}${ENDINGS[ORDINALS.select(number)]}`;
}

/** `1 h 5 min`, `12 min`, `40 s`. */
export function duration(seconds) {
  if (seconds < 60) return gettext("{seconds} s", { seconds: Math.max(0, Math.round(seconds)) });
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours ? gettext("{hours} h {minutes} min", { hours, minutes: minutes % 60 }) : gettext("{minutes} min", { minutes });
}

/** `Ada`, `Ada and Alan`, `Ada, Alan and 3 others`. */
export function names(people, most = 3) {
  const shown = people.slice(0, most).map(({ name }) => isolate(name));
  const hidden = people.length - shown.length;
  return inARow(hidden > 0 ? [...shown, ngettext("{number} other", "{number} others", hidden)] : shown);
}

/** Isolate a name inside a sentence, so that a name written right to left cannot reverse the rest. */
export function isolate(name) {
  return `\u2068${name}\u2069`;
}

/** Count characters as the server does: code points after normalisation. */
export function titleLength(text) {
  return [...text.normalize("NFC").trim()].length;
}
