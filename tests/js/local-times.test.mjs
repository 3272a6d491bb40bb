import assert from "node:assert/strict";
import { test } from "node:test";

import { inWords, localeFor, shortAgo } from "../../spaces/static/spaces/js/lib/local-times.js";

const AT = "2026-11-28T12:00:00Z";
const MINUTE = 60_000;
const later = (minutes) => Date.parse(AT) + minutes * MINUTE;
const in_ = (timeZone, now, locale = "en-GB") => ({ locale, timeZone, now });

test("how long ago advances with the server's clock", () => {
  const said = [-3, 0, 7, 18, 59, 60, 200].map((minutes) => shortAgo(AT, in_("UTC", later(minutes))));
  assert.deepEqual(said, ["now", "now", "7m", "18m", "59m", "1h", "3h"]);
});

test("what is older than a day has a date of the reader's zone, and a year when it is another one", () => {
  assert.equal(shortAgo("2026-11-20T23:30:00Z", in_("UTC", later(0))), "20 Nov");
  assert.equal(shortAgo("2026-11-20T23:30:00Z", in_("Asia/Tokyo", later(0))), "21 Nov");
  assert.equal(shortAgo("2024-11-20T12:00:00Z", in_("UTC", later(0))), "20 Nov 2024");
});

test("a moment is told in the reader's zone, with the year of another one", () => {
  assert.match(inWords(AT, in_("America/New_York", later(0))), /^Sat,? 28 November at 07:00 GMT-5$/);
  assert.match(inWords("2024-03-04T12:00:00Z", in_("UTC", later(0))), /4 March 2024/);
});

test("dates are in the language of the page, in the reader's variant of it", () => {
  assert.equal(localeFor("en", ["de-DE", "de"]), "en-GB");
  assert.equal(localeFor("en", ["de-DE", "en-US"]), "en-US");
  assert.equal(localeFor("de", ["en-US"]), "de");
});
