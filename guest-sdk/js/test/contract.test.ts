import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

for (const version of ["0.1.0", "0.2.0"]) {
  test(`the types are those of the WIT ${version}`, () => {
    const digest = createHash("sha256").update(readFileSync(`wit/${version}/policy.wit`)).digest("hex");
    const types = readFileSync(`src/contract/${version}.d.ts`, "utf8");
    assert.ok(types.includes(`// ${digest}\n`), "run `npm run types`");
  });
}
