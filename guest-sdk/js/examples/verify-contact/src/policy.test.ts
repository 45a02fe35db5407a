import assert from "node:assert/strict";
import { test } from "node:test";
import { allow, SignUp } from "admit-policy";
import policy from "./policy.ts";

const confirmed = allow().confirm();

for (const [attributes, expected] of [
  [{}, confirmed],
  [{ email: "mary@example.com" }, confirmed.verifyEmail()],
  [{ phone_number: "+12065550100" }, confirmed.verifyPhone()],
  [{ email: "mary@example.com", phone_number: "+12065550100" }, confirmed.verifyEmail().verifyPhone()],
  [{ email: "", phone_number: " " }, confirmed],
  [{ Email: "mary@example.com" }, confirmed],
  [{ email: " \t\r\n\u0085\u00a0\u2003\u3000" }, confirmed],
  // Not white space, though `trim` takes it away.
  [{ email: "\ufeff" }, confirmed.verifyEmail()],
] as const) {
  test(`verifies what is there of ${JSON.stringify(attributes)}`, () => {
    assert.deepEqual(policy.configure().evaluate(SignUp.of({ attributes })), expected);
  });
}

test("takes no settings", () => {
  assert.throws(() => policy.configure({ email: true }), /unknown field `email`/);
});
