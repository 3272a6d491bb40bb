import assert from "node:assert/strict";
import { test } from "node:test";

import { CommentList } from "../../captions/static/captions/js/comment-list.js";

const line = (id, text = "x") => ({ id: String(id), text, person: { id: "1", name: "Ada" } });
const ids = (list) => list.list().map(({ id }) => id);

test("the writer's own comment, which comes twice, is shown once", () => {
  const list = new CommentList();
  assert.equal(list.add(line(1)), true);
  assert.equal(list.add(line(1)), false);
});

test("what was removed while the page was away is gone, and what came meanwhile stays", () => {
  const list = new CommentList();
  [1, 2, 4].forEach((id) => list.add(line(id)));
  list.takeLatest({ comments: [line(1), line(3)], previous: null });
  assert.deepEqual(ids(list), ["1", "3", "4"]);
});

test("a long list is cut at its start, and the rest can be fetched again", () => {
  const list = new CommentList();
  for (let id = 1; id <= 302; id += 1) list.add(line(id));
  assert.equal(ids(list).length, 300);
  assert.equal(list.previous, "3");
});

test("a new name is shown on earlier comments", () => {
  const list = new CommentList();
  list.add(line(1));
  list.rename({ id: "1", name: "Lovelace" });
  assert.equal(list.list()[0].person.name, "Lovelace");
});
