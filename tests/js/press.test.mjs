import assert from "node:assert/strict";
import { test } from "node:test";

import { LONG_PRESS, Outcome, Press, stepTo } from "../../spaces/static/spaces/js/lib/press.js";

const HERE = { x: 100, y: 100 };

function pressed() {
  const press = new Press();
  press.down(1_000, HERE);
  return press;
}

test("a tap is a short press", () => {
  const press = pressed();
  assert.equal(press.tick(1_000 + LONG_PRESS - 1), false);
  assert.equal(press.up(), Outcome.SHORT);
});

test("half a second makes it a long one, told once", () => {
  const press = pressed();
  assert.equal(press.tick(1_000 + LONG_PRESS), true);
  assert.equal(press.tick(1_000 + LONG_PRESS + 1), false);
  assert.equal(press.up(), Outcome.LONG);
});

test("a finger may tremble but not travel", () => {
  const press = pressed();
  assert.equal(press.move({ x: 106, y: 104 }), false);
  assert.equal(press.move({ x: 100, y: 130 }), true);
  assert.equal(press.tick(9_000), false);
  assert.equal(press.up(), Outcome.NONE);
});

test("a long press travels to its choice", () => {
  const press = pressed();
  press.tick(2_000);
  assert.equal(press.move({ x: 0, y: 0 }), false);
  assert.equal(press.up(), Outcome.LONG);
});

test("lifting what was never put down is nothing", () => assert.equal(new Press().up(), Outcome.NONE));

test("arrows go round the row", () => {
  assert.deepEqual(
    ["ArrowRight", "ArrowLeft", "Home", "End", "x"].map((key) => stepTo(key, 2, 3)),
    [0, 1, 0, 2, null],
  );
});
