import assert from "node:assert/strict";
import { test } from "node:test";

import { SIZES, USUAL, usable } from "../../captions/static/captions/js/comfort.js";

test("without anything kept it is as usual", () => {
  assert.deepEqual(usable(null), USUAL);
});

test("what was chosen is kept", () => {
  const chosen = { shown: true, size: 3, contrast: true, background: "dark" };
  assert.deepEqual(usable(chosen), chosen);
});

test("what somebody wrote there by hand does no harm", () => {
  assert.deepEqual(usable({ shown: "yes", size: "x", contrast: 1, background: "pink" }), USUAL);
  assert.equal(usable({ size: 99 }).size, SIZES - 1);
});
