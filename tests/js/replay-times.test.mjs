import assert from "node:assert/strict";
import { test } from "node:test";

const times = await import("../../spaces/static/spaces/js/replay/replay-times.js");

const ADA = "1";
const GRACE = "2";
const turn = (user_id, starts_ms, ends_ms) => ({ user_id, starts_ms, ends_ms });
const TURNS = [turn(ADA, 0, 5_000), turn(GRACE, 4_000, 9_000), turn(ADA, 9_500, 12_000), turn(GRACE, 12_000, 20_000)];
const CUT = { starts_ms: 2_500, duration_ms: 10_000 };

test("the replay starts where the host cut the file", () => {
  assert.equal(times.fileSeconds(0, CUT), 2.5);
  assert.equal(times.replayMs(2.5, CUT), 0);
  assert.equal(times.replayMs(7.123, CUT), 4_623);
});

test("reactions show when their moment is played, once, and not after a jump", () => {
  const reactions = [[1_000, "👏", 2], [2_000, "🔥", 1]];
  assert.deepEqual(times.reactionsBetween(reactions, 900, 1_000), [reactions[0]]);
  assert.deepEqual(times.reactionsBetween(reactions, 1_000, 1_400), []);
  assert.deepEqual(times.reactionsBetween(reactions, 0, 2_000), []);
  assert.deepEqual(times.reactionsBetween(reactions, 2_000, 1_500), []);
});

test("a time of the file outside the replay is its start or its end", () => {
  assert.equal(times.replayMs(0, CUT), 0);
  assert.equal(times.replayMs(60, CUT), 10_000);
});

test("a time comes back as itself", () => {
  for (let ms = 0; ms <= 10_000; ms += 37) assert.equal(times.replayMs(times.fileSeconds(ms, CUT), CUT), ms);
});

test("everyone who talks at a moment is known", () => {
  assert.deepEqual([...times.talkingAt(TURNS, 4_500)], [ADA, GRACE]);
  assert.deepEqual([...times.talkingAt(TURNS, 9_200)], []);
  assert.deepEqual([...times.talkingAt(TURNS, 5_000)], [GRACE]);
});

test("a skip goes to the next turn of a person who does not talk now", () => {
  assert.equal(times.nextTurn(TURNS, 1_000), TURNS[1]);
  assert.equal(times.nextTurn(TURNS, 4_500), null, "both talk, and each later turn is of one of them");
  assert.equal(times.nextTurn(TURNS, 6_000), TURNS[2]);
  assert.equal(times.nextTurn(TURNS, 9_200), TURNS[2], "nobody talks");
  assert.equal(times.nextTurn(TURNS, 13_000), null);
});

test("skips go on from turn to turn, also where the sound lands a frame early", () => {
  const alternating = [turn(ADA, 0, 1_000), turn(GRACE, 1_000, 2_000), turn(ADA, 2_000, 3_000)];
  assert.equal(times.nextTurn(alternating, 1_000 - 21), alternating[2]);
  assert.equal(times.nextTurn(alternating, 1_000), alternating[2]);
});

test("the line that is said is found among thousands", () => {
  const lines = Array.from({ length: 5_000 }, (_, at) => ({ id: String(at), starts_ms: at * 4_000, ends_ms: at * 4_000 + 1_000 }));
  assert.equal(times.lineAt(lines, 0).id, "0");
  assert.equal(times.lineAt(lines, 4_000 * 1_234 + 500).id, "1234");
  assert.equal(times.lineAt(lines, 2_900).id, "0", "it stays to be read");
  assert.equal(times.lineAt(lines, 3_500), null);
  assert.equal(times.lineAt([], 10), null);
  assert.equal(times.lineAt([{ starts_ms: 10, ends_ms: 20 }], 5), null);
});

test("times are written as people read them", () => {
  assert.deepEqual([0, 61_999, 3_723_000].map(times.clockText), ["0:00", "1:01", "1:02:03"]);
  assert.deepEqual([0, 61_000, 7_322_000].map(times.spokenTime), [
    "0 seconds",
    "1 minute 1 second",
    "2 hours 2 minutes 2 seconds",
  ]);
});

test("a link leads to its time, and nonsense to none", () => {
  const read = (text) => times.parseTime(text);
  assert.deepEqual(["90", "90s", "1m30s", "1:30", "1:02:03", "1h2m3s", "0"].map(read), [
    90_000, 90_000, 90_000, 90_000, 3_723_000, 3_723_000, 0,
  ]);
  for (const text of ["", null, undefined, "x", "-5", "1:2:3:4", "9".repeat(30), "1e3", "٣"]) assert.equal(read(text), null, text);
});

test("each part of the waveform has the voice that is heard longest in it", () => {
  assert.deepEqual(times.voicesOfParts(TURNS, 4, 24_000), [ADA, GRACE, GRACE, GRACE]);
  assert.deepEqual(times.voicesOfParts([], 2, 1_000), [null, null]);
});
