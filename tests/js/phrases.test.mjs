import assert from "node:assert/strict";
import { test } from "node:test";

import { Patience } from "../../captions/static/captions/js/patience.js";
import { LONGEST, Phrases } from "../../captions/static/captions/js/phrases.js";

const interim = (text) => ({ text, isFinal: false });
const final = (text) => ({ text, isFinal: true });

test("a phrase grows and becomes final, counted from its beginning", () => {
  const phrases = new Phrases();
  phrases.begin(1_000);
  assert.deepEqual(phrases.take([interim("hello")], 1_500), [{ text: "hello", final: false, spoken_ms: 500 }]);
  assert.deepEqual(phrases.take([final(" hello there ")], 2_200), [{ text: "hello there", final: true, spoken_ms: 1_200 }]);
});

test("the next phrase begins by itself", () => {
  const phrases = new Phrases();
  phrases.take([final("one")], 1_000);
  assert.deepEqual(phrases.take([interim("two")], 9_000), [{ text: "two", final: false, spoken_ms: 0 }]);
});

test("what is not final yet of several results is one interim", () => {
  const [message] = new Phrases().take([interim("a "), interim("b")], 0);
  assert.equal(message.text, "a b");
});

test("interims come at a pace, finals always", () => {
  const phrases = new Phrases();
  assert.equal(phrases.take([interim("a")], 0).length, 1);
  assert.equal(phrases.take([interim("a b")], 100).length, 0);
  assert.equal(phrases.take([final("a b c")], 120).length, 1);
  assert.equal(phrases.take([interim("d")], 130).length, 1);
});

test("silence is not sent", () => {
  assert.deepEqual(new Phrases().take([interim(" "), final("")], 0), []);
});

test("a long phrase is cut between words", () => {
  const text = "word ".repeat(150).trim();
  const sent = new Phrases().take([final(text)], 0).map((message) => message.text);
  assert.ok(sent.every((part) => part.length <= LONGEST));
  assert.equal(sent.join(" "), text);
});

test("a language without spaces is cut, too", () => {
  const sent = new Phrases().take([final("语".repeat(1_200))], 0);
  assert.deepEqual(sent.map(({ text }) => text.length), [500, 500, 200]);
});

test("nothing is said to have begun more than a minute ago", () => {
  const phrases = new Phrases();
  phrases.begin(0);
  assert.equal(phrases.take([final("late")], 90_000)[0].spoken_ms, 60_000);
});

test("after a silence the recogniser is started again", () => {
  assert.equal(new Patience().ended(8_000, "no-speech"), 0);
  assert.equal(new Patience().ended(8_000, null), 0);
});

test("what cannot work is not tried again", () => {
  assert.equal(new Patience().ended(100, "not-allowed"), null);
  assert.equal(new Patience().ended(60_000, "language-not-supported"), null);
});

test("a recogniser that fails and fails is given up, one that understands in between is not", () => {
  const patience = new Patience();
  assert.deepEqual([1, 2, 3, 4].map(() => patience.ended(50, "network")), [500, 1_000, 2_000, null]);
  patience.understood();
  assert.equal(patience.ended(50, "network"), 500);
});
