import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { InStep } from "../../spaces/static/spaces/js/room/in-step.js";

const LATE = 5_000;
let applied, inStep;

const talking = (...user_ids) => ({ type: "talking", user_ids });
const caption = (start_ms, text) => ({ type: "caption", line: { id: "1", start_ms, text } });
const startedAt = () => new Date(Date.now() - 60_000).toISOString();
const late = () => ({ date: Date.now() - LATE, startedAt: startedAt() });

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  applied = [];
  inStep = new InStep((event) => applied.push(event));
});
afterEach(() => mock.timers.reset());

test("rings and reactions wait for the voice that they belong to", () => {
  inStep.take(talking("1"), late());
  mock.timers.tick(LATE - 1);
  assert.deepEqual(applied, []);
  mock.timers.tick(1);
  assert.deepEqual(applied, [talking("1")]);
});

test("a caption is shown with its first word, at once if that was heard", () => {
  inStep.take(caption(57_000, "two seconds ahead"), late());
  inStep.take(caption(54_000, "heard a second ago"), late());
  assert.deepEqual(applied.map(({ line }) => line.text), ["heard a second ago"]);
  mock.timers.tick(2_000);
  assert.deepEqual(applied.map(({ line }) => line.text), ["heard a second ago", "two seconds ahead"]);
});

test("nothing else waits, and nothing does while the sound is not late", () => {
  const left = { type: "stage.changed", seq: 4, people: [], left: ["1"] };
  inStep.take(left, late());
  inStep.take(talking("2"), { date: null, startedAt: startedAt() });
  assert.deepEqual(applied, [left, talking("2")]);
});

test("what waits is shown in order when the sound is late no more", () => {
  inStep.take(talking("1"), late());
  inStep.take(talking(), late());
  inStep.release();
  assert.deepEqual(applied, [talking("1"), talking()]);
  mock.timers.tick(LATE);
  assert.equal(applied.length, 2);
});

test("a time that cannot be holds nothing back for long", () => {
  inStep.take(talking("1"), { date: 0, startedAt: startedAt() });
  inStep.take(caption(1, "no start"), { date: Date.now(), startedAt: undefined });
  assert.equal(applied.length, 1);
  mock.timers.tick(30_000);
  assert.equal(applied.length, 2);
});

test("a room that is left shows nothing more", () => {
  inStep.take(talking("1"), late());
  inStep.forget();
  mock.timers.tick(LATE);
  assert.deepEqual(applied, []);
});
