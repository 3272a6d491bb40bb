import assert from "node:assert/strict";
import { test } from "node:test";

import {
  blank,
  blockedOnStage,
  fromSnapshot,
  hiddenListeners,
  holdsMic,
  hostGraceLeft,
  isAlone,
  isCaptioned,
  may,
  reduce,
  standsAbove,
} from "../../spaces/static/spaces/js/room/room-state.js";
import { ada, alan, grace, onStage, snapshot } from "./support.mjs";

const state = () => fromSnapshot(snapshot());
const hosting = () => fromSnapshot(snapshot({ queue: { total: 1, people: [grace] } }));
const stageChanged = (seq, people, left = []) => ({ type: "stage.changed", seq, people, left });
const queueChanged = (queue_seq, person, kind, total) => ({ type: "queue.changed", queue_seq, person, state: kind, total });

test("the next numbered event is applied", () => {
  const after = reduce(state(), stageChanged(11, [onStage(grace)]));
  assert.deepEqual(after.stage.map(({ id }) => id), ["1", "2"]);
  assert.equal(after.seq, 11);
  assert.equal(after.stale, false);
});

test("the own place in the queue follows, unless the event was overtaken", () => {
  const asked = fromSnapshot(snapshot({ queue_seq: 4, you: { ...snapshot().you, requested: true, queue_place: 3 } }));
  const moved = reduce(asked, { type: "queue.place", queue_seq: 6, place: 1 });
  assert.equal(moved.you.queue_place, 1);
  assert.equal(reduce(moved, { type: "queue.place", queue_seq: 5, place: 2 }), moved);
});

test("a gap is not applied and asks for a snapshot", () => {
  const after = reduce(state(), stageChanged(12, [onStage(grace)]));
  assert.equal(after.stale, true);
  assert.equal(after.stage.length, 1);
});

test("an event from before the snapshot changes nothing", () => {
  const before = state();
  assert.equal(reduce(before, stageChanged(10, [onStage(grace)])), before);
});

test("a snapshot heals a stale state", () => {
  const stale = reduce(state(), stageChanged(99, []));
  assert.equal(fromSnapshot(snapshot({ seq: 99 }), stale).stale, false);
});

test("a snapshot that does not say who talks leaves it as it was", () => {
  const talking = reduce(state(), { type: "talking", user_ids: ["1"] });
  const { talking: _, ...silent } = snapshot();
  assert.deepEqual(fromSnapshot(silent, talking).talking, ["1"]);
});

test("hosts stand before speakers, and people keep their place when they change", () => {
  const full = fromSnapshot(snapshot({ stage: [onStage(grace), onStage(alan), onStage(ada, "host")] }));
  const after = reduce(full, stageChanged(11, [onStage(grace, "speaker", false)]));
  assert.deepEqual(after.stage.map(({ name }) => name), ["Ada", "Grace", "Alan"]);
  assert.equal(after.stage[1].muted, false);
});

test("whoever comes to the stage is no listener any more", () => {
  const after = reduce(state(), stageChanged(11, [onStage(grace)]));
  assert.deepEqual(after.audience, { count: 0, listeners: [] });
  assert.equal(reduce(after, stageChanged(12, [onStage(alan)])).audience.count, 0);
});

test("whoever leaves the stage talks no more", () => {
  const talking = reduce(reduce(state(), stageChanged(11, [onStage(grace)])), { type: "talking", user_ids: ["2"] });
  const after = reduce(talking, stageChanged(12, [], ["2"]));
  assert.deepEqual(after.talking, []);
  assert.equal(after.stage.length, 1);
});

test("a request joins the queue once, and a decision takes it out", () => {
  const asked = reduce(hosting(), queueChanged(5, alan, "pending", 2));
  assert.deepEqual(asked.queue.people.map(({ name }) => name), ["Grace", "Alan"]);
  const decided = reduce(asked, queueChanged(6, grace, "approved", 1));
  assert.deepEqual(decided.queue, { total: 1, people: [alan] });
});

test("whoever asks behind a queue that is not known to its end is only counted", () => {
  const people = Array.from({ length: 50 }, (_, n) => ({ id: `${n + 10}`, username: `p${n}`, name: `P${n}` }));
  const long = fromSnapshot(snapshot({ queue: { total: 60, people } }));
  const asked = reduce(long, queueChanged(5, alan, "pending", 61));
  assert.deepEqual([asked.queue.total, asked.queue.people.length, asked.stale], [61, 50, false]);
});

test("a known queue that runs short while more wait asks for a snapshot", () => {
  const short = fromSnapshot(snapshot({ queue: { total: 12, people: [grace] } }));
  assert.equal(reduce(short, queueChanged(5, grace, "approved", 11)).stale, true);
  assert.equal(reduce(hosting(), queueChanged(5, grace, "approved", 0)).stale, false);
});

test("a queue that was replaced is taken as it is, an older one is not", () => {
  const replaced = (queue_seq) => ({ type: "queue.replaced", queue_seq, queue: { total: 1, people: [alan] } });
  assert.deepEqual(reduce(hosting(), replaced(9)).queue.people, [alan]);
  assert.equal(reduce(hosting(), replaced(9)).queueSeq, 9);
  assert.deepEqual(reduce(hosting(), replaced(4)).queue.people, [grace]);
});

test("those on the stage whom the reader has blocked are known, and one who comes later is added", () => {
  const warned = fromSnapshot(snapshot({ blocked: ["1"] }));
  assert.deepEqual(blockedOnStage(warned).map(({ name }) => name), ["Ada"]);
  const both = reduce(reduce(warned, { type: "stage.blocked", user_id: "3" }), stageChanged(11, [onStage(alan)]));
  assert.deepEqual(blockedOnStage(both).map(({ name }) => name), ["Ada", "Alan"]);
  assert.deepEqual(blockedOnStage(reduce(both, stageChanged(12, [], ["3"]))).map(({ name }) => name), ["Ada"]);
});

test("a gap in the queue asks for a snapshot", () => {
  assert.equal(reduce(hosting(), queueChanged(7, alan, "pending", 2)).stale, true);
});

test("whoever comes to run the Space asks for its queue", () => {
  const you = { id: "2", role: "cohost", muted: true, requested: false, can: ["manage"] };
  assert.equal(reduce(state(), { type: "you.changed", you, reason: "approved" }).stale, true);
});

test("a ping that knows more asks for a snapshot, an equal one does not", () => {
  const before = state();
  assert.equal(reduce(before, { type: "pong", seq: 11, queue_seq: 4 }).stale, true);
  assert.equal(reduce(before, { type: "pong", seq: 10, queue_seq: 9 }), before);
});

test("the end is believed whatever was missed before it", () => {
  const space = { ...snapshot().space, state: "ended" };
  const after = reduce(state(), { type: "space.ended", seq: 50, space, spoke: [ada], duration_seconds: 60 });
  assert.deepEqual(after.ended, { spoke: [ada], seconds: 60 });
});

test("an unknown event changes nothing", () => {
  const before = state();
  assert.equal(reduce(before, { type: "of.tomorrow" }), before);
});

test("rights come from the server", () => {
  assert.equal(may(state(), "request"), true);
  assert.equal(may(state(), "end"), false);
  assert.equal(may(blank(), "end"), false);
});

test("a listener holds no microphone, a speaker does", () => {
  assert.equal(holdsMic(state().you), false);
  assert.equal(holdsMic(onStage(grace)), true);
  assert.equal(holdsMic(null), false);
});

test("hosts stand above co-hosts, co-hosts above speakers, speakers above nobody", () => {
  assert.equal(standsAbove({ id: "1", role: "host" }, { id: "2", role: "cohost" }), true);
  assert.equal(standsAbove({ id: "1", role: "cohost" }, { id: "2", role: "cohost" }), false);
  assert.equal(standsAbove({ id: "1", role: "speaker" }, { id: "2", role: "listener" }), false);
});

test("an acting host holds a microphone and stands above the other co-host, and nobody above themselves", () => {
  const acting = { id: "2", role: "acting_host" };
  assert.equal(holdsMic(acting), true);
  assert.equal(standsAbove(acting, { id: "3", role: "cohost" }), true);
  assert.equal(standsAbove(acting, { id: "1", role: "host" }), false);
  assert.equal(standsAbove(acting, { id: "2", role: "cohost" }), false);
});

test("the host of an empty room is alone, a listener is not", () => {
  const empty = { audience: { count: 0, listeners: [] }, you: { ...state().you, role: "host" } };
  assert.equal(isAlone(fromSnapshot(snapshot(empty))), true);
  assert.equal(isAlone(state()), false);
});

test("listeners without a face are counted", () => {
  assert.equal(hiddenListeners(fromSnapshot(snapshot({ audience: { count: 212, listeners: [grace, alan] } }))), 210);
});

test("who is captioned is news with a number", () => {
  const captions = { language: "en", languages: ["en"], consenting: [], browser: false };
  const space = { ...snapshot().space, captions: true };
  const before = fromSnapshot(snapshot({ captions, space }));
  const after = reduce(before, { type: "captions.changed", seq: 11, language: "en", consenting: ["1"] });
  assert.deepEqual([isCaptioned(before, ada), isCaptioned(after, ada), after.seq], [false, true, 11]);
  assert.equal(reduce(before, { type: "captions.changed", seq: 13, language: "en", consenting: [] }).stale, true);
});

test("the own answer may come from another tab", () => {
  const before = fromSnapshot(snapshot({ captions: { language: "en", languages: ["en"], consenting: [], browser: false } }));
  assert.equal(reduce(before, { type: "captions.you", consent: "refused" }).captions.consent, "refused");
});

test("where there are no captions nobody lacks them", () => {
  assert.equal(isCaptioned(state(), ada), true);
});

test("the grace of a lost host runs down to nothing", () => {
  const space = { host_lost_at: "2026-01-01T00:00:00Z", host_grace_seconds: 60 };
  const lost = Date.parse(space.host_lost_at);
  assert.equal(hostGraceLeft(space, lost + 20_000), 40_000);
  assert.equal(hostGraceLeft(space, lost + 90_000), 0);
  assert.equal(hostGraceLeft({}, lost), null);
});
