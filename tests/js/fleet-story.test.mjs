// Fleets go by on their own, a tap goes on, a hold keeps them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Move, Story, timeFor } from "../../timeline/static/timeline/js/fleet-story.js";

const fleet = (text = "") => ({ text });
const three = () => [fleet("one"), fleet("two"), fleet("three")];

test("it begins with the first that is new", () => {
  assert.equal(new Story(three(), 2).current.text, "three");
});

test("it goes on when the time of one is over", () => {
  const story = new Story(three());
  assert.equal(story.pass(timeFor(story.current) - 1), Move.STAYS);
  assert.equal(story.pass(1), Move.MOVED);
  assert.deepEqual([story.index, story.fraction], [1, 0]);
});

test("after the last one it is over", () => {
  assert.equal(new Story(three(), 2).on(), Move.OVER);
});

test("nothing passes while it is held", () => {
  const story = new Story(three());
  story.hold("finger");
  story.pass(60_000);
  assert.deepEqual([story.index, story.fraction], [0, 0]);
});

test("it goes on only when every reason to hold it is gone", () => {
  const story = new Story(three());
  story.hold("finger");
  story.hold("hidden");
  story.hold("finger", false);
  assert.equal(story.isHeld, true);
  story.hold("hidden", false);
  assert.equal(story.isHeld, false);
});

test("going back at once means the one before", () => {
  const story = new Story(three(), 1);
  assert.deepEqual([story.back(), story.index], [Move.MOVED, 0]);
});

test("going back later means this one again", () => {
  const story = new Story(three(), 1);
  story.pass(3_000);
  assert.deepEqual([story.back(), story.index, story.fraction], [Move.MOVED, 1, 0]);
});

test("before the first one there is somebody else", () => {
  assert.equal(new Story(three()).back(), Move.BEFORE);
});

test("a longer text stays longer, within bounds", () => {
  assert.ok(timeFor(fleet("x".repeat(100))) > timeFor(fleet("x")));
  assert.equal(timeFor(fleet("x".repeat(280))), timeFor(fleet("x".repeat(200))));
});

test("where one was deleted the next takes its place", () => {
  const story = new Story(three(), 1);
  assert.deepEqual([story.drop(), story.current.text, story.length], [Move.MOVED, "three", 2]);
});

test("after the last one was deleted it is over", () => {
  assert.equal(new Story([fleet("only")]).drop(), Move.OVER);
});
