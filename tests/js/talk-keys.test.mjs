import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { chooseDevices } from "../../spaces/static/spaces/js/room/devices.js";
import { TalkKeys } from "../../spaces/static/spaces/js/room/talk-keys.js";

const said = [];
const you = { role: "speaker", muted: true, can: [] };
const room = {
  isInside: true,
  state: { you },
  microphone: {
    unmute: () => said.push("unmute"),
    mute: () => said.push("mute"),
    cancel: () => {},
  },
};
const page = new EventTarget();
new TalkKeys(room, page);

/** Elements where a key may be pressed: each matches its own name. */
const at = (...names) => ({ closest: (selector) => names.some((name) => selector.split(/[ ,]+/).includes(name)) || null });

function press(type, key, target = at(), fields = {}) {
  const event = new Event(type, { cancelable: true });
  Object.defineProperty(event, "target", { value: target });
  page.dispatchEvent(Object.assign(event, { key, repeat: false }, fields));
  return event;
}

beforeEach(() => {
  said.length = 0;
  Object.assign(you, { role: "speaker", muted: true });
  room.isInside = true;
  chooseDevices({ pushesToTalk: false, hasKeys: true });
});

test("M unmutes and mutes", () => {
  press("keydown", "m");
  you.muted = false;
  press("keydown", "M");
  assert.deepEqual(said, ["unmute", "mute"]);
});

test("a letter in a text field is a letter", () => {
  press("keydown", "m", at("textarea"));
  press("keydown", "m", at(".dialog"));
  press("keydown", "m", at(), { ctrlKey: true });
  assert.deepEqual(said, []);
});

test("keys can be turned off, and are nothing to a listener", () => {
  chooseDevices({ hasKeys: false });
  press("keydown", "m");
  chooseDevices({ hasKeys: true });
  you.role = "listener";
  press("keydown", "m");
  assert.deepEqual(said, []);
});

test("the space bar talks while it is held, and the page does not scroll", () => {
  chooseDevices({ pushesToTalk: true });
  assert.equal(press("keydown", " ").defaultPrevented, true);
  assert.equal(press("keydown", " ", at(), { repeat: true }).defaultPrevented, true);
  press("keyup", " ");
  press("keyup", " ");
  assert.deepEqual(said, ["unmute", "mute"]);
});

test("the space bar on a button is the button's, and without push-to-talk the page's", () => {
  assert.equal(press("keydown", " ").defaultPrevented, false);
  chooseDevices({ pushesToTalk: true });
  press("keydown", " ", at("button"));
  assert.deepEqual(said, []);
});
