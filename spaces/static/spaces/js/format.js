// Numbers and times in words.

export const TITLE_LENGTH = 70;

const plain = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export function count(number) {
  return number < 10_000 ? plain.format(number) : short.format(number);
}

export function listening(number) {
  return `${count(number)} listening`;
}

export function ago(iso, now) {
  const minutes = Math.floor(Math.max(0, now - Date.parse(iso)) / 60_000);
  if (minutes < 1) return "just now";
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ${minutes % 60} min ago`;
}

/** `1 h 5 min`, `12 min`, `40 s`. */
export function duration(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

/** `Ada`, `Ada and Alan`, `Ada, Alan and 3 others`. */
export function names(people, most = 3) {
  const shown = people.slice(0, most).map(({ name }) => isolate(name));
  const hidden = people.length - shown.length;
  if (hidden > 0) return `${shown.join(", ")} and ${hidden} ${hidden === 1 ? "other" : "others"}`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}` : (shown[0] ?? "");
}

/** Isolate a name inside a sentence, so that a name written right to left cannot reverse the rest. */
export function isolate(name) {
  return `\u2068${name}\u2069`;
}

/** Count characters as the server does: code points after normalisation. */
export function titleLength(text) {
  return [...text.normalize("NFC").trim()].length;
}
