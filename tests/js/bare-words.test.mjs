// What scripts show or say comes from the catalogue: gettext or ngettext of lib/i18n.js.

import assert from "node:assert/strict";
import { relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { ESLint } from "eslint";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SCRIPTS = ["accounts", "captions", "spaces", "timeline"].map((app) => `${app}/**/static/**/*.js`);
const SHOWN = new Set(
  "alt ariaDescription ariaLabel ariaValueText innerText label placeholder textContent title".split(" "),
);
const READ = new Set("alt aria-description aria-label aria-valuetext label placeholder title".split(" "));
/** Functions with texts for people, and which argument that is. */
const SPEAKING = { alert: 0, announce: 0, confirm: 0, prompt: 0, say: 0, setText: 1, toast: 0 };
/** Keys of objects with texts for people: `{ label: gettext("Try again"), run }`. */
const KEYS = new Set("advice head help label message more said shown text title words".split(" "));
/** Two words with a capital in front, three words, or two and a full stop. */
const SENTENCE = /^\P{L}*\p{Lu}\p{L}*,? \p{L}|\p{L} \p{L}+ \p{L}|\p{L} \p{L}.*[.!?…]$/u;

const rule = {
  create(context) {
    const report = (node) => context.report({ node, message: `bare words: ${context.sourceCode.getText(node)}` });
    const check = (node) => literals(node).forEach(report);
    return {
      AssignmentExpression: ({ left, right }) => SHOWN.has(left.property?.name) && check(right),
      CallExpression({ callee, arguments: given }) {
        const name = callee.name ?? callee.property?.name;
        if (name in SPEAKING) check(given[SPEAKING[name]]);
        if (name === "append" || name === "prepend" || name === "replaceChildren") given.forEach(check);
        const attribute = given.findIndex(({ value }) => READ.has(value));
        if (name === "setAttribute" && attribute >= 0) check(given[attribute + 1]);
      },
      Property: ({ key, value }) => KEYS.has(key.name) && check(value),
      Literal: (node) => isSentence(node.value) && !isForMachines(node) && report(node),
      TemplateElement: (node) => isSentence(node.value.cooked.trim()) && !isForMachines(node.parent) && report(node),
    };
  },
};

function isSentence(value) {
  return typeof value === "string" && SENTENCE.test(value);
}

/** Return the literals with letters that an expression may become. */
function literals(node) {
  switch (node?.type) {
    case "Literal":
      return typeof node.value === "string" && /\p{L}/u.test(node.value) ? [node] : [];
    case "TemplateLiteral":
      return [...node.quasis.filter(({ value }) => /\p{L}/u.test(value.cooked)), ...node.expressions.flatMap(literals)];
    case "ConditionalExpression":
      return [...literals(node.consequent), ...literals(node.alternate)];
    case "BinaryExpression":
      return node.operator === "+" ? [...literals(node.left), ...literals(node.right)] : [];
    case "LogicalExpression":
      return [...literals(node.left), ...literals(node.right)];
    default:
      return [];
  }
}

/** Tell whether a text is one of a catalogue, for programmers, a selector or a style. */
function isForMachines(node) {
  const { parent } = node;
  if (parent.left?.object?.property?.name === "style") return true;
  const name = parent.callee?.name ?? parent.callee?.property?.name ?? "";
  return /^(n?gettext|querySelector(All)?|closest|matches|matchMedia|Error|TypeError|warn)$/.test(name);
}

const eslint = new ESLint({
  cwd: ROOT,
  overrideConfigFile: true, // read no configuration of a directory above
  errorOnUnmatchedPattern: false, // an app may have no script
  overrideConfig: [
    { ignores: ["**/static/spaces/texts/"] }, // made of the catalogues
    { plugins: { spaces: { rules: { bare: rule } } }, rules: { "spaces/bare": "error" } },
  ],
});

function faults(results) {
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, message }) => `${relative(ROOT, filePath)}:${line}: ${message}`),
  );
}

test("scripts show no words that no catalogue has", async () => {
  const results = await eslint.lintFiles(SCRIPTS);
  assert.ok(results.length > 100, `only ${results.length} scripts were found`);
  assert.deepEqual(faults(results), []);
});

for (const [script, words] of [
  ['setText(title, "Space");', 1],
  ['title.textContent = isOwn ? "You" : name;', 1],
  ["button.ariaLabel = `Mute ${name}`;", 1],
  ['button.setAttribute("aria-label", "Mute");', 1],
  ['setAttribute(button, "title", "Mute");', 1],
  ['list.append("and ", other);', 1],
  ['toast("Posted.");', 1],
  ['announce(text || "nothing");', 1],
  ['herald.tell({ said: "The Space ended." });', 1],
  ['const late = isLate ? " · a few seconds behind" : "";', 1],
  ['const WORDS = "Try again";', 1],
  ['toast(gettext("Posted."), { tone: "plain" });', 0],
  ['setText(count, ngettext("{number} person", "{number} people", number));', 0],
  ["setText(meta, ` · ${name}`);", 0],
  ['root.querySelector("[data-a] > [data-b] c");', 0],
  ['throw new Error("the room was never opened");', 0],
  ['import { a } from "./b.js";', 0],
]) {
  test(`${words} bare words in ${script}`, async () => {
    const found = faults(await eslint.lintText(script, { filePath: "spaces/static/spaces/js/example.js" }));
    assert.equal(Number(found.length > 0), words, found.join("\n"));
  });
}
