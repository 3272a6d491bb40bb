import assert from "node:assert/strict";
import { test } from "node:test";

import { moment, prepareField, suggested, toField, withOffset } from "../../spaces/static/spaces/js/lib/datetime-fields.js";

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

const ZONES = ["Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham"];
const QUARTER = 15 * 60_000;

test("saving a title never moves an hour, in no zone and at no hour of two years", () => {
  for (const zone of ZONES) {
    inZone(zone, () => {
      for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2028, 0, 1); at += 2 * QUARTER) {
        const given = new Date(at).toISOString();
        const shown = toField(new Date(given));
        const sent = new Date(moment(shown, shown, given)).getTime();
        assert.equal(sent, at, `${zone} ${given}`);
      }
    });
  }
});

test("an hour that does not exist is the one after it, as the browser reads it", () => {
  inZone("Europe/Berlin", () => assert.equal(withOffset("2026-03-29T02:30"), "2026-03-29T03:30+02:00"));
  inZone("Australia/Lord_Howe", () => {
    const sent = new Date(withOffset("2026-10-04T02:15")).getTime();
    assert.equal(sent, new Date("2026-10-04T02:15").getTime());
  });
});

test("a form tells by whose clock its Space repeats", () => {
  const sent = new Map([["when", ""], ["time_zone", "UTC"]]);
  inZone("Asia/Tokyo", () => {
    let fill;
    const form = { addEventListener: (_name, listener) => (fill = listener) };
    prepareField({ name: "when", dataset: {}, form }, new Date("2026-11-24T12:30:00Z"));
    fill({ formData: sent });
    const zoneless = new Map([["when", ""]]);
    fill({ formData: zoneless });
    assert.deepEqual([...zoneless.keys()], ["when"]);
  });
  assert.equal(sent.get("time_zone"), "Asia/Tokyo");
});
