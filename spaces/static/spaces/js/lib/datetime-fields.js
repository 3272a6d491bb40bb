// Times typed into `datetime-local` fields, in the reader's zone. local-times.js draws the times from the server.

import { serverNow } from "./clock.js";

const LONGEST_AHEAD_DAYS = 14;

/** Return a field's value for a moment: `2026-11-24T18:00` in the browser's zone. */
export function toField(date) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Return a field's value for the server: ISO 8601 with the browser's offset on that day. */
export function withOffset(value) {
  if (!value) return "";
  const date = new Date(value);
  const minutes = -date.getTimezoneOffset();
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const size = Math.abs(minutes);
  // Not `value`: in spring it may be an hour that does not exist, which Date has moved to one that does.
  return `${toField(date)}${minutes < 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
}

/** Return the next full hour that is at least an hour away. */
export function suggested(now) {
  const date = new Date(now.getTime() + 2 * 3_600_000);
  date.setMinutes(0, 0, 0);
  return date;
}

/** Give a form's `datetime-local` field its bounds and its moment. The form sends the moment with its offset, and the
 *  browser's time zone, by whose clock a Space repeats. */
export function prepareField(field, now = new Date(serverNow())) {
  const given = field.dataset.moment;
  const shown = toField(given ? new Date(given) : suggested(now));
  field.form.addEventListener("formdata", ({ formData }) => {
    formData.set(field.name, moment(field.value, shown, given));
    if (formData.has("time_zone")) formData.set("time_zone", Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC");
  });
  field.value = shown;
  field.min = toField(now);
  field.max = toField(new Date(now.getTime() + LONGEST_AHEAD_DAYS * 86_400_000));
}

/** Return what the form sends. A field that still shows the moment it was given sends that very moment: in autumn an
 *  hour is there twice, and the field cannot say which of the two it shows. */
export function moment(value, shown, given) {
  return given && value === shown ? given : withOffset(value);
}
