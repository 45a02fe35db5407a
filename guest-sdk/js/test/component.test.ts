import assert from "node:assert/strict";
import { test } from "node:test";
import { allow, definePolicy, deny, object, string } from "admit-policy";
import { component, words } from "../src/component.ts";

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

const policy = definePolicy({
  settings: object({ name: string() }),
  configure({ name }) {
    if (name === "") {
      throw new Error("`name` is empty: ünïcödé ✓");
    }
    return name;
  },
  evaluate(signUp, name) {
    if (signUp.userName === "") {
      throw new Error("no user name");
    }
    return signUp.userName === name ? allow().confirm() : deny("other-name", "Not you");
  },
});

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  assert.fail("nothing was thrown");
}

test("answers once configured", () => {
  const { configure, evaluate } = component(policy);
  configure('{"name": "mary"}');
  const verdict = evaluate(REQUEST);
  assert.equal(verdict.tag, "allow");
  assert.deepEqual(verdict.val, { confirm: "grant", verifyEmail: "abstain", verifyPhone: "abstain" });
  assert.deepEqual(evaluate({ ...REQUEST, userName: "joe" }).val, { code: "other-name", message: "Not you" });
  assert.equal(thrown(() => evaluate({ ...REQUEST, userName: "" })), "no user name");
});

test("is configured once, before it is asked", () => {
  const { configure, evaluate } = component(policy);
  assert.equal(thrown(() => evaluate(REQUEST)), "the policy is not configured");
  assert.equal(thrown(() => configure('{"name": ""}')), "`name` is empty: ünïcödé ✓");
  assert.equal(thrown(() => configure("{}")), "the settings do not fit: missing field `name`");
  configure('{"name": "mary"}');
  assert.equal(thrown(() => configure('{"name": "mary"}')), "the policy is configured already");
});

test("says that a module exports no policy, and that an answer is not a verdict", () => {
  assert.throws(() => component({ evaluate() {} }), /export default definePolicy/);
  // @ts-expect-error A promise is not a verdict.
  const { configure, evaluate } = component(definePolicy({ evaluate: async () => allow() }));
  configure("{}");
  assert.match(thrown(() => evaluate(REQUEST)) as string, /`evaluate` returned a promise, which nothing awaits/);
});

test("says that an answer is missing, and that the settings are not ready", () => {
  // @ts-expect-error Nothing is not a verdict.
  const { configure, evaluate } = component(definePolicy({ evaluate() {} }));
  configure("{}");
  assert.match(thrown(() => evaluate(REQUEST)) as string, /`evaluate` returned no verdict/);
  const late = component(definePolicy({ configure: () => Promise.resolve(1), evaluate: () => allow() }));
  assert.match(thrown(() => late.configure("{}")) as string, /`configure` returned a promise, which nothing awaits/);
});

test("whatever is thrown has words, without half characters", () => {
  for (const [error, expected] of [
    [new Error("on purpose"), "on purpose"],
    [new TypeError("unforeseen"), "TypeError: unforeseen"],
    [new Error(""), "Error"],
    ["text", "text"],
    [undefined, "undefined"],
    [Object.create(null), "the thrown value cannot be shown"],
    [new Error("\ud83d"), "\ufffd"],
  ] as const) {
    assert.equal(words(error), expected);
  }
  assert.equal(words("x".repeat(100_000)).length, 16 << 10);
});
