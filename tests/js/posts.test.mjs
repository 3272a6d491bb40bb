import assert from "node:assert/strict";
import { test } from "node:test";

import { weightedLength } from "../../timeline/static/timeline/js/weight.js";

// The same cases as tests/timeline/test_posts_weight.py.
const WEIGHTS = [
  ["hello", 5],
  ["caf\u00e9", 4],
  ["日本語", 6],
  ["\u{1f637}", 2],
  ["\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}", 2],
  ["\u{1f44d}\u{1f3fd}", 2],
  ["\u{1f3f3}\ufe0f\u200d\u{1f308}!", 3],
  ["\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}", 4],
  ["1\ufe0f\u20e3", 2],
  ["\u00a9", 1],
  ["\u00a9\ufe0f", 2],
  ["see https://example.com/a/very/long/way/to/nowhere?at=all#really", 27],
  ["https://a.example.", 24],
  ["(https://example.com/a_(b))", 25],
  ["example.com", 11],
];

for (const [text, weight] of WEIGHTS) {
  test(`${text} weighs ${weight}`, () => assert.equal(weightedLength(text), weight));
}
