import assert from "node:assert/strict";
import { test } from "node:test";

import { cueOf } from "../../spaces/static/spaces/js/room/cues.js";

const you = (reason) => ({ type: "you.changed", reason, you: {} });
const audience = (count) => ({ type: "audience", audience: { count, listeners: [] } });

test("a person who joins is heard, one who leaves is not", () => {
  assert.equal(cueOf(audience(3), 2), "join");
  assert.equal(cueOf(audience(1), 2), null);
});

test("the own microphone is heard going off and on", () => {
  assert.equal(cueOf(you("muted_by_host"), 0), "muted");
  assert.equal(cueOf(you("unmuted"), 0), "live");
  assert.equal(cueOf(you("declined"), 0), null);
});

test("a request is heard, a decision is not", () => {
  assert.equal(cueOf({ type: "queue.changed", state: "pending" }, 0), "asked");
  assert.equal(cueOf({ type: "queue.changed", state: "approved" }, 0), null);
});
