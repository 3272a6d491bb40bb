// The service worker keeps the offline page and nothing else.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";

const CODE = await readFile(new URL("../../timeline/reach/static/reach/js/worker.js", import.meta.url), "utf8");
const SHELL = ["/static/site.css"];

/** Runs the worker in a small world, and returns the world. */
function world({ network }) {
  const kept = new Map();
  const listeners = {};
  const path = (request) => new URL(typeof request === "string" ? request : request.url, "https://x.test").pathname;
  const cache = { add: async (request) => kept.set(path(request), request), addAll: async (all) => all.forEach((r) => kept.set(path(r), r)) };
  const shown = [];
  const self = {
    reach: { offline: "/i/offline", icon: "/i.png", badge: "/b.png", shell: SHELL },
    addEventListener: (name, listener) => (listeners[name] = listener),
    skipWaiting: async () => {},
    registration: { showNotification: async (title, options) => shown.push({ title, ...options }) },
    clients: { claim: async () => {}, matchAll: async () => [], openWindow: async () => null },
  };
  const caches = { open: async () => cache, keys: async () => [], match: async (request) => kept.get(path(request)) };
  class Asked {
    constructor(url, options = {}) {
      Object.assign(this, { url: new URL(url, "https://x.test").href, mode: "cors", method: "GET", ...options });
    }
  }
  const context = { self, caches, fetch: network, Request: Asked, Response: { error: () => "error" }, URL, Promise, console };
  vm.runInNewContext(CODE, context);
  return { kept, shown, listeners, self, Asked };
}

async function run(listener, event = {}) {
  const waits = [];
  await listener({ waitUntil: (promise) => waits.push(promise), respondWith: (promise) => waits.push(promise), ...event });
  return Promise.all(waits);
}

test("the worker keeps the offline page and its files, fetched without cookies", async () => {
  const { kept, listeners } = world({ network: async () => "answer" });
  await run(listeners.install);
  assert.deepEqual([...kept.keys()].sort(), ["/i/offline", "/static/site.css"]);
  for (const request of kept.values()) assert.equal(request.credentials, "omit");
});

test("a page that was visited is not kept", async () => {
  const { kept, listeners, Asked } = world({ network: async () => "the inbox" });
  await run(listeners.install);
  const before = kept.size;
  const [answer] = await run(listeners.fetch, { request: new Asked("/messages", { mode: "navigate" }) });
  assert.equal(answer, "the inbox");
  assert.equal(kept.size, before);
});

test("without a network the offline page is shown", async () => {
  const { kept, listeners, Asked } = world({ network: async () => Promise.reject(new TypeError("no network")) });
  await run(listeners.install);
  const [answer] = await run(listeners.fetch, { request: new Asked("/messages", { mode: "navigate" }) });
  assert.equal(answer, kept.get("/i/offline"));
});

test("other requests, and forms, are left to the browser", async () => {
  const { listeners, Asked } = world({ network: async () => "answer" });
  assert.deepEqual(await run(listeners.fetch, { request: new Asked("/i/badges") }), []);
  assert.deepEqual(await run(listeners.fetch, { request: new Asked("/compose", { mode: "navigate", method: "POST" }) }), []);
});
