import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { local } from "../../spaces/static/spaces/js/lib/comforts.js";
import { Drafts } from "../../timeline/static/timeline/js/drafts.js";

const own = new Drafts(local, "1");

beforeEach(() => own.forget());

test("a draft is kept for what it is about", () => {
  own.keep("", "Hello");
  own.keep("reply_to:7", "Yes, but");
  assert.equal(own.about(""), "Hello");
  assert.equal(own.about("reply_to:7"), "Yes, but");
  assert.equal(own.about("reply_to:8"), "");
});

test("a draft is nobody else's, and gone after the log-out", () => {
  own.keep("", "Mine");
  assert.equal(new Drafts(local, "2").about(""), "");
  own.forget();
  assert.equal(own.about(""), "");
});

test("an empty draft is none, and the oldest makes room", () => {
  for (let number = 0; number < 25; number += 1) own.keep(`reply_to:${number}`, "x");
  assert.equal(own.about("reply_to:0"), "");
  own.keep("reply_to:24", "  ");
  assert.equal(own.about("reply_to:24"), "");
});
