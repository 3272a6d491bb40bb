import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { learnTime, serverNow } from "../../spaces/static/spaces/js/lib/clock.js";
import { ago } from "../../spaces/static/spaces/js/lib/format.js";
import { NoticeVoice } from "../../spaces/static/spaces/js/room/notice-voice.js";
import { newsOfReturn } from "../../spaces/static/spaces/js/room/room-news.js";
import { fromSnapshot, hostGraceLeft, talkersOf } from "../../spaces/static/spaces/js/room/room-state.js";
import { ada, grace, onStage, snapshot } from "./support.mjs";

let level = 0;
globalThis.AudioContext = class {
  state = "running";
  createMediaStreamSource = () => ({ connect() {}, disconnect() {} });
};
globalThis.AnalyserNode = class {
  getFloatTimeDomainData(samples) {
    samples.fill(level);
  }
};
const { Quiet } = await import("../../spaces/static/spaces/js/room/quiet.js");

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] }));
afterEach(() => mock.timers.reset());

// --- The server's clock -----------------------------------------------------------------------------------------------

test("a device whose clock is 14 minutes fast counts as the server does", () => {
  const now = Date.now();
  const iso = (milliseconds) => new Date(milliseconds).toISOString();
  const server = now - 14 * 60_000;
  learnTime(iso(server));
  assert.equal(ago(iso(server), serverNow()), "just now");
  const space = { host_lost_at: iso(server - 60_000), host_grace_seconds: 300 };
  assert.equal(hostGraceLeft(space, serverNow()), 240_000);
  learnTime("nonsense");
  learnTime(iso(now), 30_000);
  assert.equal(serverNow(), server, "what took long tells less than what is known");
});

// --- What became of us while nothing could be told ---------------------------------------------------------------------

const speaker = snapshot({ you: { id: "2", role: "speaker", muted: true, can: [] } });
const listener = snapshot();
const textsOf = (before, after) => newsOfReturn(fromSnapshot(before), fromSnapshot(after)).map(({ shown }) => shown.text);

test("a seat that is gone is said", () => {
  assert.deepEqual(textsOf(speaker, listener), ["You lost your place on the stage while you were away. You are listening."]);
});

test("a page that was loaded anew meanwhile takes the server's word for it", () => {
  const before = { you: null, space: null };
  assert.equal(newsOfReturn(before, fromSnapshot(listener), "seat_lost").length, 1);
  assert.deepEqual(newsOfReturn(before, fromSnapshot(listener)), []);
  assert.equal(newsOfReturn(fromSnapshot(speaker), fromSnapshot(listener), "seat_lost").length, 1);
});

test("a microphone that was given meanwhile is said", () => {
  assert.deepEqual(textsOf(listener, speaker), ["You were given a microphone meanwhile. It is off until you unmute."]);
});

test("a request that waits no more is said, and those who asked meanwhile", () => {
  const asked = snapshot({ you: { ...listener.you, requested: true } });
  assert.deepEqual(textsOf(asked, listener), ["Your request is no longer waiting."]);
  const host = (people) => snapshot({ you: { id: "1", role: "host", muted: true, can: [] }, queue: { total: people.length, people } });
  assert.deepEqual(textsOf(host([]), host([grace])), ["\u2068Grace\u2069 wants to speak."]);
});

test("coming back to what one left says nothing, nor does the first welcome", () => {
  assert.deepEqual(textsOf(speaker, speaker), []);
  assert.deepEqual(newsOfReturn({ you: null, space: null }, fromSnapshot(speaker)), []);
});

// --- Everything seen is said ---------------------------------------------------------------------------------------------

function voice({ isSeen = false } = {}) {
  const said = [];
  const say = (text, { isUrgent = false } = {}) => said.push(isUrgent ? `! ${text}` : text);
  return { said, voice: new NoticeVoice(say, () => isSeen) };
}

test("a notice is said once, and not what counts down in it", () => {
  const { said, voice: it } = voice();
  for (const left of ["0:59", "0:58"]) it.follow({ head: "The host is reconnecting", more: "The Space ends.", clock: left });
  assert.deepEqual(said, ["The host is reconnecting The Space ends."]);
});

test("what is seen stands in a live region of its own, and is not said twice", () => {
  const { said, voice: it } = voice({ isSeen: true });
  it.follow({ head: "The sound is paused", over: "You hear the room again." });
  assert.deepEqual(said, []);
  it.follow(null);
  assert.deepEqual(said, ["You hear the room again."]);
});

test("a fault interrupts", () => {
  const { said, voice: it } = voice();
  it.follow({ head: "Your microphone stopped.", more: "Unmute again.", tone: "bad" });
  assert.deepEqual(said, ["! Your microphone stopped. Unmute again."]);
});

test("what is over in a moment is not said, what lasts is, and its end", () => {
  const { said, voice: it } = voice();
  const reconnecting = { head: "Reconnecting…", tone: "late", over: "You are connected again." };
  it.follow(reconnecting);
  mock.timers.tick(600);
  it.follow(null);
  mock.timers.tick(2_000);
  assert.deepEqual(said, []);
  it.follow(reconnecting);
  mock.timers.tick(700);
  it.follow(null);
  assert.deepEqual(said, ["Reconnecting…", "You are connected again."]);
});

// --- Voices end ------------------------------------------------------------------------------------------------------------

test("a closed microphone does not talk, whatever was heard a moment ago", () => {
  const stage = [onStage(ada, "host", false), onStage(grace, "speaker", true)];
  assert.deepEqual(talkersOf({ stage, talking: ["1", "2"] }).map(({ id }) => id), ["1"]);
});

test("a voice that went without a word is quiet within two seconds", () => {
  const element = { paused: false, srcObject: { getAudioTracks: () => [{}] } };
  const quiet = new Quiet(element, () => {});
  level = 0.1;
  quiet.run(true);
  mock.timers.tick(5_000);
  assert.equal(quiet.isQuiet, false);
  level = 0;
  mock.timers.tick(2_000);
  assert.equal(quiet.isQuiet, true);
  level = 0.01;
  mock.timers.tick(500);
  assert.equal(quiet.isQuiet, false);
});

test("an element that is paused is not quiet: it is not known", () => {
  level = 0;
  const quiet = new Quiet({ paused: true, srcObject: null }, () => {});
  quiet.run(true);
  mock.timers.tick(5_000);
  assert.equal(quiet.isQuiet, false);
});
