// Scripts name only what they import or define. A name without a definition is an error only when its line runs, so one
// forgotten import can leave a single button dead on a page where everything else works.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { ESLint } from "eslint";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SCRIPTS = ["accounts", "captions", "spaces", "timeline"].map((app) => `${app}/**/static/**/*.js`);
const EVERYWHERE = "URL fetch console setTimeout";
// What the pages use of the browser. The list is short on purpose: a browser also has `name`, `event`, `close`, `find`
// and hundreds of other global names, and each of them would hide a forgotten import of that name.
const PAGE = `AbortController AbortSignal AnalyserNode Audio AudioContext BroadcastChannel CSS CustomEvent DataTransfer Event
  EventTarget File FormData GainNode HTMLElement HTMLMediaElement Image MediaMetadata MediaStream Notification Option OscillatorNode
  RTCPeerConnection ResizeObserver URLSearchParams WebSocket addEventListener atob cancelAnimationFrame clearInterval
  clearTimeout createImageBitmap document getComputedStyle getSelection history innerHeight innerWidth localStorage location matchMedia
  navigator performance queueMicrotask removeEventListener requestAnimationFrame scrollTo sessionStorage setInterval
  window`;
const WORKER = "Request Response caches self";

const eslint = new ESLint({
  cwd: ROOT,
  overrideConfigFile: true, // read no configuration of a directory above
  errorOnUnmatchedPattern: false, // an app may have no script
  overrideConfig: [
    { ignores: ["**/static/spaces/texts/"] }, // made of the catalogues
    { rules: { "no-undef": "error" }, linterOptions: { reportUnusedDisableDirectives: "error" } },
    { languageOptions: { globals: known(EVERYWHERE, PAGE) }, files: SCRIPTS },
    { languageOptions: { globals: { ...known(EVERYWHERE, WORKER), ...unknown(PAGE) } }, files: ["**/worker.js"] },
  ],
});

function known(...lists) {
  return Object.fromEntries(lists.flatMap((list) => list.split(/\s+/)).map((name) => [name, "readonly"]));
}

function unknown(list) {
  return Object.fromEntries(list.split(/\s+/).map((name) => [name, "off"]));
}

function faults(results) {
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, message }) => `${relative(ROOT, filePath)}:${line}: ${message}`),
  );
}

test("scripts name only what they import or define", async () => {
  const results = await eslint.lintFiles(SCRIPTS);
  assert.ok(results.length > 100, `only ${results.length} scripts were found`);
  assert.deepEqual(faults(results), []);
});

test("a name whose import is removed is found", async () => {
  const filePath = join(ROOT, "spaces/static/spaces/js/room/notice.js");
  const text = readFileSync(filePath, "utf8");
  const without = text.replace(/^import .*gettext.*$/m, "");
  assert.notEqual(without, text);
  const found = faults(await eslint.lintText(without, { filePath }));
  assert.ok(found.length && found.every((fault) => fault.endsWith("'gettext' is not defined.")), found.join("\n"));
});

test("the worker has no page", async () => {
  const filePath = join(ROOT, "timeline/reach/static/reach/js/worker.js");
  const found = faults(await eslint.lintText("document.title = caches.name;\n", { filePath }));
  assert.equal(found.length, 1);
});

test("scripts import only what the other script exports", async () => {
  const files = (await eslint.lintFiles(SCRIPTS)).map(({ filePath }) => filePath);
  const scripts = new Map(files.map((path) => [address(path), readFileSync(path, "utf8")]));
  const missing = [];
  for (const [script, text] of scripts) {
    for (const [, names, source] of text.matchAll(/^import (?:\{([^}]*)\} from )?"(\.[^"]+)";$/gm)) {
      const exported = exportsOf(scripts.get(join(dirname(script), source)));
      for (const name of (names ?? "").split(",").map((part) => part.trim().split(" as ")[0])) {
        if (!exported || (name && !exported.has(name))) missing.push(`${script}: ${name} of ${source}`);
      }
    }
  }
  assert.deepEqual(missing, []);
});

/** Return where the site serves a script: imports from one app into another are relative to that. */
function address(path) {
  return path.split(`${sep}static${sep}`)[1];
}

function exportsOf(text) {
  if (text === undefined) return null;
  const found = text.matchAll(/^export (?:async )?(?:function\*?|class|const|let) (\w+)/gm);
  return new Set([...found].map(([, name]) => name));
}
