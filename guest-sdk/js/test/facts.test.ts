import assert from "node:assert/strict";
import { test } from "node:test";
import { allow, definePolicy, deny, Facts, SignUp, User } from "admit-policy";
import { componentWithFacts } from "../src/component-with-facts.ts";
import type { Fact } from "admit:policy/types@0.2.0";

const REQUEST = {
  triggerSource: "PreSignUp_SignUp",
  region: "",
  userPoolId: "",
  clientId: "",
  userName: "mary",
  userAttributes: [],
  validationData: [],
  clientMetadata: [],
};

const [a, b] = [User.of({ userName: "a" }), User.of({ userName: "b" })];

test("a missing fact is an error that says why", () => {
  const facts = Facts.of({
    user: { error: "key-absent" },
    now: { timeMillis: 7 },
    later: { timeMillis: 2 ** 53 },
    one: { users: [a] },
    none: { users: [] },
    others: { users: [a, b] },
  });
  assert.equal(facts.lookupError("user"), "key-absent");
  assert.equal(facts.lookupError("now"), null);
  assert.equal(facts.timeMillis("now"), 7);
  assert.equal(facts.user("one"), a);
  assert.equal(facts.user("none"), null);
  assert.deepEqual(facts.users("others"), [a, b]);
  for (const [call, expected] of [
    [() => facts.user("user"), "the fact `user` is not available: the sign-up does not have the value to look up"],
    [() => facts.users("now"), "the fact `now` does not come from a `directory` look-up"],
    [() => facts.timeMillis("others"), "the fact `others` does not come from a `clock` look-up"],
    [() => facts.timeMillis("later"), "the fact `later` is a time beyond 2^53 milliseconds, which no number holds exactly"],
    [() => facts.user("others"), "the fact `others` has 2 users"],
    [
      () => facts.lookupError("typo"),
      "the manifest binds no look-up to the fact `typo`: add it to the policy's `facts`",
    ],
    [
      () => facts.users("constructor"),
      "the manifest binds no look-up to the fact `constructor`: add it to the policy's `facts`",
    ],
  ] as const) {
    assert.throws(call, { name: "Error", message: expected });
  }
});

test("a user of a test has everything that is not said otherwise", () => {
  const mary = User.of({ userName: "mary", attributes: { phone_number_verified: "true", email_verified: "TRUE" } });
  assert.deepEqual([mary.userName, mary.status, mary.isEnabled, mary.isExternal], ["mary", "CONFIRMED", true, false]);
  assert.deepEqual(mary.identities, []);
  assert.ok(mary.isVerified("phone_number") && !mary.isVerified("email"));
  const identities = [{ providerName: "Corp", userId: "1" }];
  const external = User.of({ userName: "Corp_1", status: "EXTERNAL_PROVIDER", enabled: false, identities });
  assert.ok(external.isExternal && !external.isEnabled);
  assert.deepEqual(external.identities, identities);
  assert.equal(external.attribute("constructor"), undefined);
  assert.deepEqual(mary.attributes[0], ["phone_number_verified", "true"]);
});

test("what the look-up does not read is an error", () => {
  for (const absent of [{}, { status: undefined, enabled: undefined, identities: undefined }]) {
    const user = new User({ userName: "mary", attributes: [], ...absent });
    assert.throws(() => user.isEnabled, {
      message: "the look-up does not read `enabled`: add it to `reads` of the look-up",
    });
    assert.throws(() => user.status, /does not read `status`/);
    assert.throws(() => user.isExternal, /does not read `status`/);
    assert.throws(() => user.identities, /does not read `identities`/);
    assert.equal(user.attribute("email"), undefined);
    assert.equal(user.isVerified("email"), false);
  }
});

const signUp = (email: string, email_verified: string) => SignUp.of({ attributes: { email, email_verified } });
const user = (email: string, email_verified: string) =>
  User.of({ userName: "mary", attributes: { email, email_verified } });

test("a link needs the same verified address on both sides", () => {
  const mary = "mary@example.com";
  for (const [one, other, expected] of [
    [signUp(mary, "true"), user(mary, "true"), undefined],
    [signUp("Mary@Example.com", "true"), user(mary, "true"), undefined],
    [
      signUp(mary, "false"),
      user(mary, "true"),
      "no link: the provider does not say that the `email` of the sign-up is verified",
    ],
    [
      signUp(mary, "TRUE"),
      user(mary, "true"),
      "no link: the provider does not say that the `email` of the sign-up is verified",
    ],
    [
      signUp(mary, "true"),
      user(mary, "false"),
      "no link: the `email` of the user is not verified, or the look-up does not read `email_verified`",
    ],
    [
      signUp("jane@example.com", "true"),
      user(mary, "true"),
      "no link: the sign-up and the user do not have the same `email`",
    ],
    [
      SignUp.of({ attributes: { email_verified: "true" } }),
      User.of({ userName: "mary", attributes: { email_verified: "true" } }),
      "no link: the sign-up and the user do not have the same `email`",
    ],
  ] as const) {
    const link = () => allow().link(one, other, "email");
    if (expected === undefined) {
      assert.equal(link().linkedUser, "mary");
    } else {
      assert.throws(link, { name: "Error", message: expected });
    }
  }
});

test("the last vote on the link holds, beside the flags, and a denial has none", () => {
  const linked = allow().confirm().linkUnverified(a).verifyEmail();
  assert.equal(linked.linkedUser, "a");
  assert.equal(linked.ballot?.confirm, "grant");
  assert.equal(linked.ballot?.verifyEmail, "grant");
  assert.equal(linked.linkUnverified(b).linkedUser, "b");
  assert.ok(linked.withholdLink().withholdsLink);
  assert.equal(linked.withholdLink().linkedUser, undefined);
  assert.ok(!linked.withholdsLink && !allow().withholdsLink);
  const denial = deny("no", "No");
  assert.equal(denial.linkUnverified(a).linkedUser, undefined);
  assert.equal(denial.withholdLink().withholdsLink, false);
  assert.equal(denial.withholdLink().denial?.code, "no");
});

const FLAGS = { confirm: "abstain", verifyEmail: "abstain", verifyPhone: "abstain" };

test("a component hands over the facts, and the vote on the link", () => {
  const { configure, evaluate } = componentWithFacts(
    definePolicy({
      evaluate(_, __, facts) {
        if (facts.timeMillis("now") === 0) {
          return deny("too-early", "Too early");
        }
        const found = facts.user("user");
        return found ? allow().linkUnverified(found) : allow();
      },
    }),
  );
  const now = (millis: bigint): Fact => ({ role: "now", outcome: { tag: "ok", val: { tag: "time", val: millis } } });
  const users = (...userNames: string[]): Fact => ({
    role: "user",
    outcome: { tag: "ok", val: { tag: "users", val: userNames.map((userName) => ({ userName, attributes: [] })) } },
  });
  assert.throws(() => evaluate(REQUEST, []), (thrown) => thrown === "the policy is not configured");
  configure("{}");
  for (const [facts, tag, val] of [
    [[now(7n), users("joe")], "allow", { ...FLAGS, link: { tag: "grant", val: "joe" } }],
    [[now(7n), users()], "allow", { ...FLAGS, link: { tag: "abstain" } }],
    [[now(0n)], "deny", { code: "too-early", message: "Too early" }],
  ] as const) {
    assert.deepEqual(evaluate(REQUEST, [...facts]), { tag, val });
  }
  for (const [facts, expected] of [
    [[], "the manifest binds no look-up to the fact `now`: add it to the policy's `facts`"],
    [[now(1n << 63n)], "the fact `now` is a time beyond 2^53 milliseconds, which no number holds exactly"],
    [
      [now(1n), { role: "user", outcome: { tag: "err", val: "timeout" } }],
      "the fact `user` is not available: the service did not answer in time",
    ],
  ] as const) {
    assert.throws(() => evaluate(REQUEST, [...facts]), (thrown) => thrown === expected);
  }
});

test("a component with facts is one of a policy", () => {
  assert.throws(() => componentWithFacts({}), /the module exports no policy/);
});

test("a policy that is given no facts has none", () => {
  const policy = definePolicy({ evaluate: (_, __, facts) => (facts.user("user") ? allow() : deny("new", "New")) });
  assert.throws(() => policy.configure().evaluate(SignUp.of()), /binds no look-up to the fact `user`/);
  const facts = Facts.of({ user: { users: [] } });
  assert.equal(policy.configureFromJson("{}").evaluate(SignUp.of(), facts).denial?.code, "new");
});
