// A floor of browsers: below it a page is plain and usable. What an old browser does not know takes the whole rule, or the
// whole script, with it where it stands together with anything else.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const sources = (kind) =>
  ["spaces", "timeline", "captions", "timeline/reach"].flatMap((path) => {
    const app = path.split("/").at(-1);
    const directory = new URL(`${path}/static/${app}/${kind}/`, ROOT);
    const names = readdirSync(directory, { recursive: true }).filter((name) => name.endsWith(`.${kind}`));
    return names.map((name) => [`${app}/${name}`, readFileSync(new URL(name, directory), "utf8")]);
  });
/** Selectors of every rule, each with those that share it. */
const selectors = (css) => [...css.replace(/\/\*.*?\*\//gs, "").matchAll(/(?:^|[{};])\s*([^{};@]+)\{/g)].map(([, text]) => text.trim());
/** Commas outside of brackets. */
const parts = (selector) => selector.replace(/\([^()]*(\([^()]*\)[^()]*)*\)/g, "").split(",").length;

for (const word of [":popover-open", ":has(", ":modal"]) {
  test(`${word} has its rules for itself`, () => {
    const shared = sources("css").flatMap(([name, css]) =>
      selectors(css).filter((selector) => selector.includes(word) && parts(selector) > 1).map((selector) => `${name}: ${selector}`),
    );
    assert.deepEqual(shared, []);
  });
}

test("no script asks for :popover-open but the one that knows browsers without it", () => {
  const asking = sources("js").filter(([name, text]) => text.includes(":popover-open") && name !== "spaces/lib/menus.js");
  assert.deepEqual(asking.map(([name]) => name), []);
});

test("storage and its like are asked for in one place of each app", () => {
  const words = /\b(?:localStorage|sessionStorage|indexedDB|BroadcastChannel|wakeLock|mediaSession|navigator\.permissions)\b/;
  const allowed = new Set(["spaces/lib/comforts.js", "spaces/early-theme.js", "captions/comfort.js"]);
  const asking = sources("js").filter(([name, text]) => words.test(text) && !allowed.has(name));
  assert.deepEqual(asking.map(([name]) => name), []);
});

test("a browser without light-dark() gets every light value", () => {
  const css = Object.fromEntries(sources("css"));
  const light = [...css["spaces/base/tokens.css"].matchAll(/--([\w-]+): light-dark\((.+?), (?=#|rgb|var)/g)].map(([, name, value]) => [name, value]);
  const floor = css["spaces/base/base.css"].split("@supports not (color: light-dark(white, black))")[1];
  for (const [name, value] of light) assert.ok(floor.includes(`--${name}: ${value};`), name);
});
