// Which words of a caption are drawn in a lighter ink.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pieces } from "../../captions/static/captions/js/pieces.js";

test("a line without doubt is one piece", () => {
  assert.deepEqual(pieces("hello there"), [{ text: "hello there", isUnsure: false }]);
});

test("a doubtful word is a piece of its own", () => {
  assert.deepEqual(pieces("hello there you", [[6, 11]]), [
    { text: "hello ", isUnsure: false },
    { text: "there", isUnsure: true },
    { text: " you", isUnsure: false },
  ]);
});

test("pieces are the text again, whatever the places", () => {
  const places = [
    [],
    [[0, 3]],
    [[0, 99]],
    [
      [2, 5],
      [4, 8],
    ],
    [[5, 5]],
    [[-2, 2]],
  ];
  for (const unsure of places) {
    assert.equal(
      pieces("a \u{1f600} b cdefgh", unsure)
        .map(({ text }) => text)
        .join(""),
      "a \u{1f600} b cdefgh",
    );
  }
});
