import assert from "node:assert/strict";
import { test } from "node:test";

import { suggested, toField, withOffset } from "../../spaces/static/spaces/js/moments.js";

const inZone = (zone, run) => {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    run();
  } finally {
    process.env.TZ = before ?? "";
  }
};

test("a typed time is sent with the offset of that day", () => {
  inZone("Europe/Berlin", () => {
    assert.equal(withOffset("2026-07-01T18:00"), "2026-07-01T18:00+02:00");
    assert.equal(withOffset("2026-12-01T18:00"), "2026-12-01T18:00+01:00");
  });
  inZone("America/St_Johns", () => assert.equal(withOffset("2026-12-01T18:00"), "2026-12-01T18:00-03:30"));
});

test("no time stays none", () => assert.equal(withOffset(""), ""));

test("a moment and its field are the same", () => {
  inZone("Asia/Kolkata", () => {
    const moment = new Date("2026-11-24T12:30:00Z");
    assert.equal(toField(moment), "2026-11-24T18:00");
    assert.equal(new Date(withOffset(toField(moment))).getTime(), moment.getTime());
  });
});

test("a full hour ahead is suggested", () => {
  const date = suggested(new Date(2026, 10, 24, 17, 20));
  assert.deepEqual([date.getHours(), date.getMinutes()], [19, 0]);
});
