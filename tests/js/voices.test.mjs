import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { VOICES, Voices } from "../../captions/static/captions/js/voices.js";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const pairs = (css) =>
  Object.fromEntries(
    [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name, { light, dark }]),
  );

const voices = pairs(read("captions/static/captions/css/voices.css"));
const tokens = pairs(read("spaces/static/spaces/css/base/tokens.css"));
const GROUNDS = { light: [tokens["raw-tint"].light, tokens["raw-surface"].light], dark: [tokens["raw-tint"].dark, tokens["raw-ground"].dark] };
const AA = 4.5;
const AAA = 7;

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map(linear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(value) {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

test("the same person has the same colour ever after", () => {
  const all = new Voices();
  const first = all.of("7");
  all.of("19");
  assert.equal(all.of("7"), first);
  assert.equal(new Voices().of("7"), first);
});

test("people who are here have colours of their own", () => {
  const all = new Voices();
  const given = Array.from({ length: VOICES }, (_, number) => all.of(String(number * VOICES)));
  assert.equal(new Set(given).size, VOICES);
});

test("when there are more people than colours, everybody still has one", () => {
  const all = new Voices();
  for (let id = 0; id < 40; id++) assert.ok(all.of(String(id)) < VOICES);
});

test("there are as many colours as there are said to be", () => {
  assert.equal(Object.keys(voices).length, VOICES);
});

test("every colour can be read on every ground", () => {
  for (const [name, colours] of Object.entries({ ...voices, dim: tokens["raw-dim"], ink: tokens["raw-ink"] })) {
    for (const theme of ["light", "dark"]) {
      for (const ground of GROUNDS[theme]) {
        const ratio = contrast(colours[theme], ground);
        assert.ok(ratio >= AA, `${name} ${colours[theme]} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  }
});

test("high contrast is", () => {
  for (const [name, { dark }] of Object.entries({ ...voices, dim: tokens["raw-dim"] })) {
    const ratio = contrast(dark, "#000000");
    assert.ok(ratio >= AAA, `${name} ${dark}: ${ratio.toFixed(2)}`);
  }
});
