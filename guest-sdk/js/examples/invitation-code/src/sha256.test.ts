import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha256, utf8 } from "./sha256.ts";

function hex(words: Int32Array): string {
  return [...words].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

test("gives the digests that Node gives, at every length of a block", () => {
  for (let length = 0; length <= 200; length++) {
    const text = "é€😀a".repeat(length).slice(0, length).toWellFormed();
    assert.equal(hex(sha256(utf8(text))), createHash("sha256").update(text).digest("hex"), text);
  }
});

test("gives the bytes that Node gives", () => {
  const points = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff];
  const text = String.fromCodePoint(...points);
  assert.deepEqual(utf8(text), [...Buffer.from(text)]);
});
