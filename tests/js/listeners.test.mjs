import assert from "node:assert/strict";
import { test } from "node:test";

import { Listeners } from "../../spaces/static/spaces/js/room/listeners.js";

const person = (id) => ({ id, name: `Person ${id}`, username: `person${id}` });
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A room whose answers come when the test says so. */
function house() {
  const asked = [];
  const search = Object.assign(new EventTarget(), { value: "" });
  const room = { people: (fields) => new Promise((resolve, reject) => asked.push({ fields, resolve, reject })) };
  const listeners = new Listeners(room, search, () => {});
  return { asked, listeners, search };
}

test("the next page comes after the first", async () => {
  const { asked, listeners } = house();
  listeners.open();
  asked[0].resolve({ people: [person("1")], next: "1", offered: [] });
  await settled();
  listeners.more();
  asked[1].resolve({ people: [person("2")], next: null, offered: [] });
  await settled();
  assert.equal(asked[1].fields.cursor, "1");
  assert.deepEqual(listeners.found.people.map(({ id }) => id), ["1", "2"]);
});

test("an answer that a newer question overtook is not shown", async () => {
  const { asked, listeners } = house();
  listeners.open();
  listeners.open();
  asked[1].resolve({ people: [person("2")], next: null, offered: [] });
  asked[0].resolve({ people: [person("1")], next: null, offered: [] });
  await settled();
  assert.deepEqual(listeners.found.people.map(({ id }) => id), ["2"]);
});

test("a long list stays where it was scrolled to", async () => {
  const { asked, listeners } = house();
  listeners.open();
  asked[0].resolve({ people: [person("1")], next: "1", offered: [] });
  await settled();
  listeners.more();
  asked[1].resolve({ people: [person("2")], next: null, offered: [] });
  await settled();
  listeners.refresh();
  listeners.follow(7);
  assert.equal(asked.length, 2);
});

test("a refusal leaves the list as it is", async () => {
  const { asked, listeners } = house();
  listeners.open();
  asked[0].resolve({ people: [person("1")], next: null, offered: [] });
  await settled();
  listeners.refresh();
  asked[1].reject(new Error("try_again"));
  await settled();
  assert.equal(listeners.found.people.length, 1);
});

test("a name is found by its letters, with or without the @", () => {
  const { listeners, search } = house();
  search.value = " @PERSON1 ";
  assert.equal(listeners.matches(person("1")), true);
  assert.equal(listeners.matches(person("2")), false);
});
