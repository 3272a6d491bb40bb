// The server's clock. Every moment the server names is of that clock; a device's own may be minutes off.

/** An answer that took longer tells less of the time than the one before it. */
const SLOW = 2_000;

let offset = 0;
let isKnown = false;

/** Milliseconds since 1970, as the server counts them. */
export function serverNow() {
  return Date.now() + offset;
}

/** `iso` is the server's `now`; `took` the milliseconds from the question to its answer, half of which it is old. */
export function learnTime(iso, took = 0) {
  const moment = Date.parse(iso);
  if (Number.isFinite(moment) && (took < SLOW || !isKnown)) {
    offset = moment + took / 2 - Date.now();
    isKnown = true;
  }
}
