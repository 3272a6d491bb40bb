import assert from "node:assert/strict";
import { test } from "node:test";

import { startPersonMenu } from "../../spaces/static/spaces/js/manage/person-menu.js";

/** An element with these buttons, that an event can come from. */
function place(...buttons) {
  return Object.assign(new EventTarget(), { querySelector: () => buttons[0] ?? null });
}

function button(name) {
  return { focus: () => (document.activeElement = name) };
}

/** Start the menu, with the focus on `focused`, and let htmx put `part` into it. */
function settle(focused, part, ...more) {
  globalThis.document = { body: "body", activeElement: focused };
  const relation = place(...more);
  const menu = Object.assign(new EventTarget(), { querySelector: () => relation });
  startPersonMenu(Object.assign(new EventTarget(), { querySelector: () => menu }), {});
  const settled = new Event("htmx:afterSettle");
  Object.defineProperty(settled, "target", { value: part });
  relation.dispatchEvent(settled);
  return document.activeElement;
}

test("the focus moves from a button to its successor, not to the first button", () => {
  assert.equal(settle("body", place(button("Show posts again")), button("Follow")), "Show posts again");
});

test("if the successor is no button, the focus stays in the menu", () => {
  assert.equal(settle("body", place(), button("Follow")), "Follow");
  assert.equal(settle("body", place()), "body");
});

test("a focus that is elsewhere stays there", () => {
  assert.equal(settle("Profile", place(button("Follow")), button("Follow")), "Profile");
});
