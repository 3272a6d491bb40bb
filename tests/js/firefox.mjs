// Drives one page of Firefox over WebDriver BiDi for tests/support/firefox.py: a JSON object a line in, one a line out.
//
//   {"id": 1, "call": "press", "arguments": ["Unmute"]}  ->  {"id": 1, "value": null} or {"id": 1, "error": "..."}

import { createInterface } from "node:readline";

import puppeteer from "puppeteer-core";

const PREFERENCES = {
  "media.autoplay.default": 0,
  "media.navigator.permission.disabled": true,
  "media.navigator.audio.fake_frequency": 1760,
  "media.navigator.streams.fake": true,
};

const [executablePath, width, height] = process.argv.slice(2);
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  extraPrefsFirefox: PREFERENCES,
  defaultViewport: { width: Number(width), height: Number(height) },
});
const page = await browser.newPage();

const SELECTORS = { button: "button, [role=button]", link: "a[href]" };

/** The first control that is seen and says `name`, by label or by text. Runs in the page. */
function findByName(selector, name) {
  const says = (control) => (control.getAttribute("aria-label") ?? control.innerText).trim() === name;
  return [...document.querySelectorAll(selector)].find((control) => control.checkVisibility() && says(control));
}

// Not puppeteer's locators: they wait until nothing moves, and a live room always moves a little.
const byName = (role, name, timeout) =>
  page.waitForFunction(findByName, { timeout, polling: 100 }, SELECTORS[role], name);

const calls = {
  goto: async (url) => void (await page.goto(url)),
  reload: async () => void (await page.reload()),
  url: async () => page.url(),
  press: async (name, role, milliseconds) => void (await (await byName(role, name, milliseconds)).click()),
  click: async (selector, timeout) => void (await (await page.waitForSelector(selector, { timeout })).click()),
  fill: async (selector, text) => void (await page.locator(selector).fill(text)),
  waitForName: async (role, name, milliseconds) => void (await byName(role, name, milliseconds)),
  waitFor: async (expression, milliseconds) =>
    void (await page.waitForFunction(expression, { timeout: milliseconds, polling: 100 })),
  evaluate: async (expression) => page.evaluate(expression),
  screenshot: async (path) => void (await page.screenshot({ path })),
  runBeforePages: async (source) => void (await page.evaluateOnNewDocument(source)),
};

async function answer({ id, call, arguments: given }) {
  try {
    return { id, value: (await calls[call](...given)) ?? null };
  } catch (error) {
    return { id, error: `${call} ${JSON.stringify(given).slice(0, 200)}: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
await browser.close();
