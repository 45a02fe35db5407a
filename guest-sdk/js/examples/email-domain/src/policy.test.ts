import assert from "node:assert/strict";
import { test } from "node:test";
import { allow, SignUp } from "admit-policy";
import policy from "./policy.ts";

const confirmed = allow().confirm();
const abstained = allow();

for (const [email, domain, expected] of [
  ["mary@example.com", "example.com", confirmed],
  ["mary@Example.COM", "example.com", confirmed],
  ["mary@example.com", "EXAMPLE.com", confirmed],
  ["mary@example.org", "example.com", abstained],
  ["mary@sub.example.com", "example.com", abstained],
  ["mary@example.com", undefined, abstained],
  ["mary@example.com", "", abstained],
  [undefined, "example.com", abstained],
  [undefined, undefined, abstained],
  ["", "", abstained],
  ["mary@", "", abstained],
  ["@example.com", "example.com", abstained],
  ["example.com", "example.com", abstained],
  // The mail might go to either domain.
  ["a@example.com@x.org", "example.com", abstained],
  ["a@x.org@example.com", "example.com", abstained],
  // Only `A` to `Z` have a lower case here: this is the Kelvin sign.
  ["mary@\u212a.example", "k.example", abstained],
  ["mary@É.example", "é.example", abstained],
] as const) {
  test(`${email} where ${domain} is expected`, () => {
    const attributes = {
      ...(email === undefined ? {} : { email }),
      ...(domain === undefined ? {} : { "custom:domain": domain }),
    };
    assert.deepEqual(policy.configure().evaluate(SignUp.of({ attributes })), expected);
  });
}

test("takes no settings", () => {
  assert.throws(() => policy.configure({ domain: "example.com" }), /unknown field `domain`, there are no fields/);
});
