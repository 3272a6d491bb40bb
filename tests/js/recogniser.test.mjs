import assert from "node:assert/strict";
import { register } from "node:module";
import { test } from "node:test";

import { snapshot } from "./support.mjs";

/** The browser's recogniser, whose events the tests send. */
class FakeEngine extends EventTarget {
  static made = [];
  static breaks = false;

  start() {
    if (FakeEngine.breaks) throw new Error("not here");
    FakeEngine.made.push(this);
  }

  abort() {}

  fail(error) {
    this.dispatchEvent(Object.assign(new Event("error"), { error }));
    this.dispatchEvent(new Event("end"));
  }

  understand(transcript, isFinal = true) {
    const results = [Object.assign([{ transcript }], { isFinal })];
    this.dispatchEvent(Object.assign(new Event("result"), { results, resultIndex: 0 }));
  }
}

// Modules of several apps find each other as they are served, under one directory.
const AS_SERVED = `export const resolve = (name, context, next) =>
  next(name, context).catch(() => next(new URL(name, context.parentURL).href.replace("/captions/static/spaces/", "/spaces/static/spaces/"), context));`;
register(`data:text/javascript,${encodeURIComponent(AS_SERVED)}`);

globalThis.window = { SpeechRecognition: FakeEngine };
const { Phase } = await import("../../spaces/static/spaces/js/room/room.js");
const { Recogniser } = await import("../../captions/static/captions/js/recogniser.js");

class FakeRoom extends EventTarget {
  sent = [];
  phase = Phase.INSIDE;
  refuses = null;
  state = snapshot({
    you: { id: "2", role: "speaker", muted: false, can: [] },
    captions: { browser: true, consent: "given", language: "en" },
  });

  async command(type, fields) {
    this.sent.push([type, fields]);
    if (this.refuses) throw Object.assign(new Error("no"), { code: this.refuses });
  }

  change(changes = {}) {
    this.state = { ...this.state, ...changes };
    this.dispatchEvent(new Event("change"));
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function recognising({ breaks = false, refuses = null } = {}) {
  FakeEngine.made = [];
  FakeEngine.breaks = breaks;
  const room = new FakeRoom();
  room.refuses = refuses;
  new Recogniser(room);
  room.change();
  await settled();
  return room;
}

const newest = () => FakeEngine.made.at(-1);

test("it says what it understands once the server knows of it", async () => {
  const room = await recognising();
  newest().understand("hello there");
  assert.deepEqual(room.sent, [
    ["captions.source", { browser: true }],
    ["captions.text", { text: "hello there", final: true, spoken_ms: 0 }],
  ]);
});

test("with a closed microphone, or without consent, it does not begin", async () => {
  const room = await recognising();
  const { captions, you } = room.state;
  room.change({ you: { ...you, muted: true } });
  room.change({ you, captions: { ...captions, consent: "withdrawn" } });
  assert.equal(FakeEngine.made.length, 1);
});

test("one that cannot work gives its speaker back to the server", async () => {
  const room = await recognising();
  newest().fail("language-not-supported");
  room.change();
  await settled();
  assert.deepEqual(room.sent.at(-1), ["captions.source", { browser: false }]);
  assert.equal(FakeEngine.made.length, 1);
});

test("so does one that fails again and again", async () => {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = setImmediate;
  const room = await recognising();
  for (let times = 0; times < 4; times++) {
    newest().fail("network");
    await settled();
  }
  globalThis.setTimeout = setTimeout;
  assert.deepEqual(room.sent.at(-1), ["captions.source", { browser: false }]);
  assert.equal(FakeEngine.made.length, 4);
});

test("so does one that does not even start", async () => {
  const room = await recognising({ breaks: true });
  assert.deepEqual(room.sent.at(-1), ["captions.source", { browser: false }]);
});

test("a refusal leaves it to the server until the next connection", async () => {
  const room = await recognising({ refuses: "browser_off" });
  room.change();
  await settled();
  assert.equal(room.sent.length, 1);
  room.refuses = null;
  room.dispatchEvent(new Event("welcome"));
  await settled();
  assert.equal(FakeEngine.made.length, 1);
});
