import assert from "node:assert/strict";
import { test } from "node:test";

const times = await import("../../spaces/static/spaces/js/replay/clip-times.js");

const LENGTH = 120_000;

test("a clip begins where the user is, and lies inside the replay", () => {
  assert.deepEqual(times.clipAt(30_000, LENGTH), { start: 30_000, end: 45_000 });
  assert.deepEqual(times.clipAt(119_000, LENGTH), { start: 105_000, end: 120_000 });
  assert.deepEqual(times.clipAt(5_000, 10_000), { start: 0, end: 10_000 });
});

test("an end that moves takes the other one along, so that it is 15 to 60 seconds", () => {
  const clip = { start: 20_000, end: 50_000 };
  assert.deepEqual(times.movedStart(clip, 45_000, LENGTH), { start: 45_000, end: 60_000 });
  assert.deepEqual(times.movedStart({ start: 60_000, end: 110_000 }, 0, LENGTH), { start: 0, end: 60_000 });
  assert.deepEqual(times.movedStart(clip, 119_000, LENGTH), { start: 105_000, end: 120_000 });
  assert.deepEqual(times.movedEnd(clip, 100_000, LENGTH), { start: 40_000, end: 100_000 });
  assert.deepEqual(times.movedEnd(clip, 22_000, LENGTH), { start: 7_000, end: 22_000 });
  assert.deepEqual(times.movedEnd(clip, 3_000, LENGTH), { start: 0, end: 15_000 });
});

test("a line begins a clip or extends it", () => {
  const first = times.withLine(null, { starts_ms: 20_000, ends_ms: 24_000 }, LENGTH);
  assert.deepEqual(first, { start: 20_000, end: 35_000 });
  assert.deepEqual(times.withLine(first, { starts_ms: 50_000, ends_ms: 58_000 }, LENGTH), { start: 20_000, end: 58_000 });
  assert.deepEqual(times.withLine(first, { starts_ms: 90_000, ends_ms: 99_000 }, LENGTH), { start: 90_000, end: 105_000 });
  assert.deepEqual(times.withLine(first, { starts_ms: 2_000, ends_ms: 9_000 }, LENGTH), { start: 2_000, end: 17_000 });
});

test("the form gets seconds", () => {
  assert.equal(times.formTime(61_250), "61.250");
});
