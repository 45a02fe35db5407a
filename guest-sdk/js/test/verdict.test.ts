import assert from "node:assert/strict";
import { test } from "node:test";
import { allow, deny } from "admit-policy";

const row = (confirm: string, verifyEmail: string, verifyPhone: string) => ({ confirm, verifyEmail, verifyPhone });

test("sentences become ballots", () => {
  for (const [verdict, expected] of [
    [allow(), row("abstain", "abstain", "abstain")],
    [allow().confirm(), row("grant", "abstain", "abstain")],
    [allow().verifyEmail(), row("abstain", "grant", "abstain")],
    [allow().verifyPhone(), row("abstain", "abstain", "grant")],
    [allow().withholdConfirm(), row("withhold", "abstain", "abstain")],
    [allow().withholdVerifyEmail(), row("abstain", "withhold", "abstain")],
    [allow().withholdVerifyPhone(), row("abstain", "abstain", "withhold")],
    [allow().confirm().verifyEmail().withholdVerifyPhone(), row("grant", "grant", "withhold")],
    [allow().confirm().withholdConfirm(), row("withhold", "abstain", "abstain")],
  ] as const) {
    assert.deepEqual(verdict.ballot, expected);
    assert.equal(verdict.denial, undefined);
    // The values that the contract gets.
    assert.deepEqual({ ...verdict }, { tag: "allow", val: expected });
  }
});

test("a verdict does not change", () => {
  const first = allow();
  first.confirm();
  assert.deepEqual(first, allow());
});

test("a denial stays a denial", () => {
  const verdict = deny("late", "Too late");
  assert.equal(verdict.confirm().withholdVerifyEmail(), verdict);
  assert.equal(verdict.ballot, undefined);
  assert.deepEqual({ ...verdict }, { tag: "deny", val: { code: "late", message: "Too late" } });
});

test("a denial has no half characters, and is of texts", () => {
  assert.equal(deny("cut", "😀".slice(0, 1)).denial?.message, "\ufffd");
  // @ts-expect-error A message is needed.
  assert.throws(() => deny("late"), /takes two texts/);
});
