import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("the types are those of the WIT", () => {
  const digest = createHash("sha256").update(readFileSync("wit/0.1.0/policy.wit")).digest("hex");
  const types = readFileSync("src/contract/policy.d.ts", "utf8");
  assert.ok(types.includes(`// ${digest}\n`), "run `npm run types`");
});
