// The server's clock. All times from the server are of this clock; a device's own clock may be minutes off.

/** The duration of the most exact answer so far. A slower answer tells the time less exactly. */
const SLOW = 2_000;

let offset = 0;
let isKnown = false;

/** Return the milliseconds since 1970 by the server's clock. */
export function serverNow() {
  return Date.now() + offset;
}

/** Set the clock. `iso` is the server's `now`; `took` is the time from request to answer in milliseconds. The answer is
 *  taken to be half as old as that. */
export function learnTime(iso, took = 0) {
  const moment = Date.parse(iso);
  if (Number.isFinite(moment) && (took < SLOW || !isKnown)) {
    offset = moment + took / 2 - Date.now();
    isKnown = true;
  }
}
