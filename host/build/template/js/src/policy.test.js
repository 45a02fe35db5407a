// @ts-check

import assert from "node:assert/strict";
import { test } from "node:test";
import { SignUp } from "admit-policy";
import policy from "./policy.js";

const configured = policy.configure({ domains: ["example.org", "example.com"] });

/**
 * @param {SignUp} signUp
 * @param {string | undefined} expected
 */
function check(signUp, expected) {
  assert.equal(configured.evaluate(signUp).denial?.code, expected);
}

const expectations = /** @type {const} */ ([
  ["mary@example.com", undefined],
  ["mary@Example.ORG", undefined],
  ["mary@example.net", "email-domain-not-listed"],
  ["mary@sub.example.com", "email-domain-not-listed"],
  ["mary", "email-missing"],
]);
for (const [email, expected] of expectations) {
  test(`${email}: ${expected ?? "allowed"}`, () => check(SignUp.of({ attributes: { email } }), expected));
}

test("an address is needed", () => check(SignUp.of({ userName: "mary" }), "email-missing"));

test("refuses an empty list", () => {
  assert.throws(() => policy.configure({ domains: [] }), /^Error: `domains` is empty, which would deny every sign-up$/);
});

test("refuses settings of another shape", () => {
  assert.throws(() => policy.configure({}), /missing field `domains`/);
  assert.throws(() => policy.configure({ domains: ["a"], domain: "a" }), /unknown field `domain`/);
});
