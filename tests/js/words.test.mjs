import assert from "node:assert/strict";
import { test } from "node:test";

import { initials } from "../../spaces/static/spaces/js/lib/avatar.js";
import { backoff } from "../../spaces/static/spaces/js/lib/backoff.js";
import { Return, closeOf } from "../../spaces/static/spaces/js/room/closes.js";
import { ago, count, duration, names, titleLength } from "../../spaces/static/spaces/js/lib/format.js";
import { processing } from "../../spaces/static/spaces/js/room/microphone.js";
import { newsOf } from "../../spaces/static/spaces/js/room/room-news.js";
import { fromSnapshot, reduce } from "../../spaces/static/spaces/js/room/room-state.js";
import { ada, alan, grace, onStage, snapshot } from "./support.mjs";

const plain = (text) => text.replaceAll(/[\u2068\u2069]/g, "");

test("the first retry is quick, later ones never wait longer than 15 seconds", () => {
  assert.ok(backoff(0, () => 1) <= 1_000);
  assert.equal(backoff(100, () => 1), 15_000);
  assert.equal(backoff(100, () => 0), 500);
});

test("a removed person stays away, a lost connection comes back", () => {
  assert.equal(closeOf(4403).comeBack, Return.NEVER);
  assert.equal(closeOf(1006).comeBack, Return.YES);
  assert.equal(closeOf(4409).comeBack, Return.WHEN_ASKED);
});

test("a flood is paid for with 15 seconds", () => {
  assert.equal(closeOf(4429).atLeast, 15_000);
  assert.equal(closeOf(4503).atLeast, 0);
});

test("big numbers are short", () => {
  assert.equal(count(9_999), "9,999");
  assert.equal(count(668_000), "668K");
});

test("durations are read at a glance", () => {
  assert.equal(duration(40), "40 s");
  assert.equal(duration(750), "12 min");
  assert.equal(duration(3_900), "1 h 5 min");
});

test("times past are told in minutes, and a clock that is behind does not go below now", () => {
  const start = Date.parse("2026-01-01T12:00:00Z");
  assert.equal(ago("2026-01-01T12:00:00Z", start + 12 * 60_000), "12 min ago");
  assert.equal(ago("2026-01-01T12:00:00Z", start - 5_000), "just now");
});

test("names are listed, and the rest is counted", () => {
  assert.equal(plain(names([ada])), "Ada");
  assert.equal(plain(names([ada, grace])), "Ada and Grace");
  assert.equal(plain(names([ada, grace, alan], 2)), "Ada, Grace and 1 other");
});

test("a title is counted in characters, not in code units", () => {
  assert.equal(titleLength("Jazz 🎷"), 6);
  assert.equal(titleLength("  e\u0301  "), 1);
});

test("initials are those of the server", () => {
  assert.equal(initials("Ada Lovelace"), "AL");
  assert.equal(initials("ada king lovelace"), "AL");
  assert.equal(initials("🎷 Jazz"), "J");
  assert.equal(initials("🎷"), "");
});

test("the microphone is treated for voices unless somebody chose otherwise", () => {
  assert.deepEqual(processing(null), { echoCancellation: true, noiseSuppression: true, autoGainControl: true });
  assert.equal(processing({ noiseSuppression: false }).noiseSuppression, false);
  assert.equal(processing({ noiseSuppression: "no" }).noiseSuppression, true);
});

test("whoever gets the microphone is told that it is off", () => {
  const event = { type: "you.changed", reason: "approved", by: ada };
  assert.match(plain(newsOf(event).shown.text), /^Ada gave you a microphone\. It is off/);
});

test("several waiting requests are one piece of news", () => {
  const before = fromSnapshot(snapshot({ queue: { total: 1, people: [grace] } }));
  const event = { type: "queue.changed", queue_seq: 5, person: alan, state: "pending", total: 2 };
  assert.equal(plain(newsOf(event, before, reduce(before, event)).shown.text), "Alan and Grace want to speak.");
});

test("a new speaker is announced, a change of mute is not", () => {
  const before = fromSnapshot(snapshot());
  const came = { type: "stage.changed", seq: 11, people: [onStage(alan)] };
  assert.equal(plain(newsOf(came, before, reduce(before, came)).said), "Alan can speak now.");
  const unmuted = { type: "stage.changed", seq: 11, people: [onStage(ada, "host", false)] };
  assert.equal(newsOf(unmuted, before, reduce(before, unmuted)).said, null);
});

test("who runs the Space, and whether it is locked, is said", () => {
  const changed = (space) => ({ type: "space.changed", seq: 11, space: { ...snapshot().space, ...space } });
  const said = (space, before = fromSnapshot(snapshot())) => {
    const event = changed(space);
    return plain(newsOf(event, before, reduce(before, event)).said ?? "");
  };
  assert.match(said({ locked: true }), /locked/);
  assert.equal(said({ host_lost_at: "2026-01-01T00:00:00Z" }), "The host lost the connection.");
  const lost = fromSnapshot(snapshot({ space: { ...snapshot().space, host_lost_at: "2026-01-01T00:00:00Z" } }));
  assert.equal(said({ host_lost_at: "2026-01-01T00:00:00Z", acting_host: grace }, lost), "Grace runs the Space while the host is away.");
  assert.equal(said({}, lost), "The host is back.");
});

test("whatever happens to one's own place has words", () => {
  const reasons = ["cohost_invited", "cohost_withdrawn", "cohost", "cohost_declined", "cohost_refused"];
  for (const reason of [...reasons, "acting_host", "acting_ended", "host_back", "handed_over", "host"]) {
    const news = newsOf({ type: "you.changed", reason, by: ada });
    assert.ok(news.said ?? news.shown?.text, reason);
  }
});
