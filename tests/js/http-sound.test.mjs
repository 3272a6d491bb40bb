import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { tailLoader } = await import("../../spaces/static/spaces/js/lib/http-sound.js");

const url = "/index.m3u8";
let file, asked;

/** A server that knows ranges, and may have half a line at its end. */
globalThis.fetch = async (_, { headers, signal }) => {
  signal.throwIfAborted();
  asked.push(headers.Range ?? "all");
  const first = headers.Range ? Number(/bytes=(\d+)-/.exec(headers.Range)[1]) : null;
  if (file === null) return { status: 404, text: async () => "" };
  if (first === null) return { status: 200, text: async () => file };
  if (first >= file.length) return { status: 416, text: async () => "" };
  return { status: 206, text: async () => file.slice(first) };
};

function loaded(Loader) {
  return new Promise((resolve) => {
    new Loader().load({ url }, {}, { onSuccess: ({ data }) => resolve(data), onError: ({ code }) => resolve(code) });
  });
}

beforeEach(() => {
  file = "#EXTM3U\n";
  asked = [];
});

test("only what is new of a growing list is fetched", async () => {
  const Loader = tailLoader(() => false);
  assert.equal(await loaded(Loader), "#EXTM3U\n");
  file += "one\ntw";
  assert.equal(await loaded(Loader), "#EXTM3U\none\n");
  file += "o\n";
  assert.equal(await loaded(Loader), "#EXTM3U\none\ntwo\n");
  assert.equal(await loaded(Loader), "#EXTM3U\none\ntwo\n");
  assert.deepEqual(asked, ["all", "bytes=8-", "bytes=12-", "bytes=16-"]);
});

test("a list that is withdrawn is an error", async () => {
  const Loader = tailLoader(() => false);
  await loaded(Loader);
  file = null;
  assert.equal(await loaded(Loader), 404);
});

test("a load that was given up calls nothing", async () => {
  const Loader = tailLoader(() => false);
  const loader = new Loader();
  const calls = [];
  const done = loader.load({ url }, {}, { onSuccess: () => calls.push("success"), onError: () => calls.push("error") });
  loader.abort();
  await done;
  assert.deepEqual(calls, []);
});
