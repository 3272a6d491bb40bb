// Times typed into `datetime-local` fields, in the reader's zone; local-times.js draws those that the server wrote.

import { serverNow } from "./clock.js";

const LONGEST_AHEAD_DAYS = 14;

/** A field's value for a moment: `2026-11-24T18:00` in the zone of the browser. */
export function toField(date) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What the server is sent for a field's value: ISO 8601 with the offset that holds there on that day. */
export function withOffset(value) {
  if (!value) return "";
  const minutes = -new Date(value).getTimezoneOffset();
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const size = Math.abs(minutes);
  return `${value}${minutes < 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
}

/** The next full hour that is at least an hour away. */
export function suggested(now) {
  const date = new Date(now.getTime() + 2 * 3_600_000);
  date.setMinutes(0, 0, 0);
  return date;
}

/** Gives a form's `datetime-local` field its bounds and the moment it stands for; the form sends it with its offset. */
export function prepareField(field, now = new Date(serverNow())) {
  field.form.addEventListener("formdata", ({ formData }) => formData.set(field.name, withOffset(field.value)));
  const given = field.dataset.moment;
  field.value = toField(given ? new Date(given) : suggested(now));
  field.min = toField(now);
  field.max = toField(new Date(now.getTime() + LONGEST_AHEAD_DAYS * 86_400_000));
}
