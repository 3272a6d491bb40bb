import assert from "node:assert/strict";
import { test } from "node:test";

import { rest } from "../../spaces/static/spaces/js/room/reactions.js";

test("what came without a sender is what is counted beyond the senders", () => {
  const people = [
    { user_id: "1", emoji: "A" },
    { user_id: "2", emoji: "A" },
  ];
  assert.deepEqual(rest({ A: 5, B: 3 }, people), [
    ["A", 3],
    ["B", 3],
  ]);
});
