// Photos are made smaller before they are sent, and sent as they are if that is not possible.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { shrunk } from "../../timeline/static/timeline/js/shrink.js";

const LARGE = 3 * 1024 * 1024;
const drawn = [];

/** A browser whose canvas writes `bytes` bytes, and that reads pictures of `width` by `height` pixels. */
function browser({ width = 4000, height = 1000, bytes = 1000 } = {}) {
  globalThis.createImageBitmap = async () => ({ width, height, close() {} });
  globalThis.document = {
    createElement: () => ({
      getContext: () => ({ drawImage: (_image, _x, _y, ...size) => drawn.push(size) }),
      toBlob: (done, type) => done(bytes && new Blob([new Uint8Array(bytes)], { type })),
    }),
  };
}

function photo(size, type = "image/jpeg") {
  return new File([new Uint8Array(size)], "photo", { type });
}

afterEach(() => {
  drawn.length = 0;
  delete globalThis.createImageBitmap;
  delete globalThis.document;
});

test("a large photo fits into 2048 by 2048 pixels and keeps its name and type", async () => {
  browser();
  const sent = await shrunk(photo(LARGE));
  assert.deepEqual([sent.size, sent.name, sent.type], [1000, "photo", "image/jpeg"]);
  assert.deepEqual(drawn, [[2048, 512]]);
});

test("a photo with few pixels is not made larger", async () => {
  browser({ width: 640, height: 480 });
  await shrunk(photo(LARGE));
  assert.deepEqual(drawn, [[640, 480]]);
});

for (const [name, file, found] of [
  ["a small photo", photo(1000), {}],
  ["an animation", photo(LARGE, "image/gif"), {}],
  ["a photo that would not become smaller", photo(LARGE), { bytes: LARGE + 1 }],
  ["a photo that the canvas does not write", photo(LARGE), { bytes: 0 }],
]) {
  test(`${name} is sent as it is`, async () => {
    browser(found);
    assert.equal(await shrunk(file), file);
  });
}

test("a photo that the browser cannot read is sent as it is", async () => {
  browser();
  globalThis.createImageBitmap = () => Promise.reject(new Error("unreadable"));
  const file = photo(LARGE);
  assert.equal(await shrunk(file), file);
});
