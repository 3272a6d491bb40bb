import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { openDialog } from "../../spaces/static/spaces/js/lib/dom.js";

afterEach(() => {
  delete globalThis.document;
  delete globalThis.getComputedStyle;
});

function opened(...dialogs) {
  globalThis.document = { querySelectorAll: () => dialogs };
}

test("the dialog that was opened last is on top, and a panel beside the page is none", () => {
  const [first, last, panel] = [true, true, false].map((isModal) => ({ matches: () => isModal }));
  opened(first, last, panel);
  assert.equal(openDialog(), last);
  opened(panel);
  assert.equal(openDialog(), undefined);
});

test("a browser that does not know the selector shows it by the position", () => {
  const matches = () => {
    throw new SyntaxError(":modal");
  };
  const [modal, panel] = ["fixed", "absolute"].map((position) => ({ matches, position }));
  globalThis.getComputedStyle = ({ position }) => ({ position });
  opened(modal, panel);
  assert.equal(openDialog(), modal);
});
