import assert from "node:assert/strict";
import { test } from "node:test";
import { allow, deny, SignUp } from "admit-policy";
import policy from "./policy.ts";

const blocked = "email-domain-blocked";
const unknown = "email-domain-unknown";

function check(domains: string[], email: string, expected: string | undefined) {
  const verdict = policy.configure({ domains }).evaluate(SignUp.of({ attributes: { email } }));
  // The person who is denied learns nothing about the list.
  const message = "Please sign up with another email address";
  assert.deepEqual(verdict, expected === undefined ? allow() : deny(expected, message), email);
}

test("denies listed domains and what is below them", () => {
  for (const [email, expected] of [
    ["mary@spam.example", blocked],
    ["mary@SPAM.Example", blocked],
    ["mary@spam.example.", blocked],
    ["mary@a.b.spam.example", blocked],
    ["mary@mixed.example", blocked],
    ["mary@dot.example", blocked],
    ["mary@dot.example.", blocked],
    ["mary@any.net", blocked],
    ["mary@example", undefined],
    ["mary@example.com", undefined],
    ["mary@notspam.example", undefined],
    ["mary@spam.example.com", undefined],
    ["spam.example@example.com", undefined],
  ] as const) {
    check(["spam.example", "Mixed.Example", "dot.example.", "net"], email, expected);
  }
});

test("denies addresses whose domain cannot be determined", () => {
  for (const email of [
    "",
    "@",
    "mary",
    "mary@",
    "@example.com",
    "mary@spam.example@example.com",
    "mary@example.com@spam.example",
    "mary@spam.example..",
    "mary@.",
    "mary@.spam.example",
    "mary@spam..example",
    "mary@spam.example ",
    "mary@spam.example\n",
    "mary@spam.example(comment)",
    "<mary@spam.example>",
    "mary@[192.0.2.1]",
    // A full-width letter, which mail software may read as `e`, and the Kelvin sign.
    "mary@spam.ｅxample",
    "mary@\u212a.example",
    `mary@${"a.".repeat(128)}spam.example`,
  ]) {
    check(["spam.example"], email, unknown);
  }
});

test("a domain has at most 253 characters", () => {
  check(["spam.example"], `mary@${"a".repeat(240)}.spam.example`, blocked);
  check(["spam.example"], `mary@${"a".repeat(241)}.spam.example`, unknown);
});

test("abstains without an email address", () => {
  const signUp = SignUp.of({ userName: "mary@spam.example" });
  assert.deepEqual(policy.configure({ domains: ["spam.example"] }).evaluate(signUp), allow());
});

test("refuses entries that are not domains", () => {
  for (const entry of [
    "",
    ".",
    ".example.com",
    "*.example.com",
    "mary@example.com",
    "example com",
    " example.com",
    "bücher.example",
    "https://example.com",
  ]) {
    const message = `\`domains\`: \`${entry.replace(/\.$/, "")}\` is not a domain such as \`example.com\``;
    assert.throws(() => policy.configure({ domains: ["spam.example", entry] }), { message });
  }
});

test("refuses settings of another shape", () => {
  for (const settings of [{}, { domains: "a.b" }, { domain: ["a.b"] }, { domains: ["a", 1] }]) {
    assert.throws(() => policy.configure(settings), /the settings do not fit/);
  }
  assert.doesNotThrow(() => policy.configure({ domains: [] }));
});

test("finds each of many entries", () => {
  const domains = Array.from({ length: 5_000 }, (_, number) => `domain-${(number * 2_741) % 5_000}.example`);
  const configured = policy.configure({ domains });
  const codeOf = (email: string) => configured.evaluate(SignUp.of({ attributes: { email } })).denial?.code;
  for (let number = 0; number < 5_000; number++) {
    assert.equal(codeOf(`mary@mail.domain-${number}.example`), blocked);
  }
  assert.equal(codeOf("mary@domain-5000.example"), undefined);
});
