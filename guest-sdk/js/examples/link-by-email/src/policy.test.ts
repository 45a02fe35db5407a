import assert from "node:assert/strict";
import { test } from "node:test";
import { Facts, SignUp, User } from "admit-policy";
import policy from "./policy.ts";

const EMAIL = "mary@example.com";

const user = (userName: string, email_verified = "true") => ({ userName, attributes: { email: EMAIL, email_verified } });

function evaluate(settings: object, email_verified: string, users: readonly User[]) {
  const signUp = SignUp.of({
    triggerSource: "PreSignUp_ExternalProvider",
    attributes: { email: EMAIL, email_verified },
  });
  return policy.configure(settings).evaluate(signUp, Facts.of({ user: { users } }));
}

const mary = User.of(user("mary"));
const external = User.of({ ...user("Corp_1"), status: "EXTERNAL_PROVIDER" });

for (const [name, verified, users, linked] of [
  ["a verified address", "true", [mary], "mary"],
  ["nobody yet", "true", [], undefined],
  ["an address that the provider did not verify", "false", [mary], undefined],
  ["an address that the user did not verify", "true", [User.of(user("mary", "false"))], undefined],
  ["a user who may not sign in", "true", [User.of({ ...user("mary"), enabled: false })], undefined],
  ["an unconfirmed user", "true", [User.of({ ...user("mary"), status: "UNCONFIRMED" })], undefined],
  ["an external user", "true", [external], undefined],
  ["two users", "true", [mary, User.of(user("jane"))], undefined],
  ["an external user beside another one", "true", [external, mary], "mary"],
] as const) {
  test(`links ${linked ?? "no one"} for ${name}`, () => {
    const verdict = evaluate({}, verified, users);
    assert.equal(verdict.linkedUser, linked);
    assert.equal(verdict.denial, undefined);
    const strict = evaluate({ unlinked: "deny" }, verified, users);
    assert.equal(strict.linkedUser, linked);
    assert.equal(strict.denial !== undefined, linked === undefined && users.length > 0);
  });
}

test("leaves other sign-ups alone, and does not decide without the look-up", () => {
  const configured = policy.configure();
  const failed = Facts.of({ user: { error: "unavailable" } });
  const triggerSource = "PreSignUp_ExternalProvider";
  for (const signUp of [SignUp.of({ attributes: { email: EMAIL } }), SignUp.of({ triggerSource })]) {
    assert.equal(configured.evaluate(signUp, failed).withholdsLink, false);
    assert.equal(configured.evaluate(signUp, failed).linkedUser, undefined);
  }
  const signUp = SignUp.of({ triggerSource, attributes: { email: EMAIL } });
  assert.throws(() => configured.evaluate(signUp, failed), /the service could not be reached, or failed/);
});
