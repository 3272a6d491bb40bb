import assert from "node:assert/strict";
import { test } from "node:test";

import { Transcript } from "../../captions/static/captions/js/transcript.js";

const line = (id, changes = {}) => ({
  id: String(id),
  user_id: "1",
  name: "Ada",
  start_ms: id * 1000,
  text: `line ${id}`,
  final: true,
  revision: 1,
  ...changes,
});
const texts = (transcript) => transcript.list().map(({ text }) => text);

function having(...lines) {
  const transcript = new Transcript();
  for (const each of lines) transcript.take(each);
  return transcript;
}

test("lines stand in the order of speaking, however they came", () => {
  assert.deepEqual(texts(having(line(2), line(1), line(3, { final: false }))), ["line 1", "line 2", "line 3"]);
});

test("the largest revision counts", () => {
  const transcript = having(line(1, { revision: 2, text: "newer" }), line(1, { revision: 1, text: "older", final: false }));
  assert.deepEqual(texts(transcript), ["newer"]);
});

test("only what is new and final is news", () => {
  const transcript = new Transcript();
  assert.equal(transcript.take(line(1, { final: false })), false);
  assert.equal(transcript.take(line(1, { revision: 2 })), true);
  assert.equal(transcript.take(line(1, { revision: 2 })), false);
  assert.equal(transcript.take(line(1, { revision: 3 })), false);
});

test("a final line without words goes, and a late interim does not bring it back", () => {
  const transcript = having(line(1, { final: false }), line(1, { revision: 5, text: "" }));
  transcript.take(line(1, { revision: 4, final: false }));
  assert.deepEqual(texts(transcript), []);
});

test("what a moderator took away stays as a line", () => {
  const transcript = having(line(1), line(1, { revision: 2, text: "", redacted: true }));
  assert.equal(transcript.list()[0].redacted, true);
});

test("after a lost connection interims go, finals stay", () => {
  const transcript = having(line(1), line(2, { final: false }));
  transcript.dropInterims();
  assert.deepEqual(texts(transcript), ["line 1"]);
});

test("the first page tells where the one before it is", () => {
  const transcript = having(line(9));
  transcript.takeLatest({ lines: [line(8), line(9)], previous: "8" });
  assert.deepEqual([texts(transcript).length, transcript.previous], [2, "8"]);
});

test("earlier pages come before", () => {
  const transcript = new Transcript();
  transcript.takeLatest({ lines: [line(3)], previous: "3" });
  transcript.takeEarlier({ lines: [line(1), line(2)], previous: null });
  assert.deepEqual([texts(transcript), transcript.previous], [["line 1", "line 2", "line 3"], null]);
});

test("a page that joins on to what is known leaves the place in the past alone", () => {
  const transcript = new Transcript();
  transcript.takeLatest({ lines: [line(1), line(2)], previous: null });
  transcript.takeLatest({ lines: [line(2), line(3)], previous: "2" });
  assert.deepEqual([texts(transcript).length, transcript.previous], [3, null]);
});

test("behind a hole nothing is kept: it is read again, page by page", () => {
  const transcript = new Transcript();
  transcript.takeLatest({ lines: [line(1), line(2)], previous: null });
  transcript.takeLatest({ lines: [line(8), line(9)], previous: "8" });
  assert.deepEqual([texts(transcript), transcript.previous], [["line 8", "line 9"], "8"]);
});

test("a Space that goes on for days does not fill the page", () => {
  const transcript = having(...Array.from({ length: 3_010 }, (_, id) => line(id)));
  assert.equal(transcript.size, 3_000);
  assert.equal(transcript.list()[0].text, "line 10");
});

test("lines of a person who is renamed have the new name", () => {
  const transcript = having(line(1), line(2, { user_id: "2", name: "Grace" }));
  transcript.rename({ id: "1", name: "Countess" });
  assert.deepEqual(transcript.list().map(({ name }) => name), ["Countess", "Grace"]);
});
