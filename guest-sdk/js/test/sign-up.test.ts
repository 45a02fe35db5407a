import assert from "node:assert/strict";
import { test } from "node:test";
import { domainOf, equalsIgnoringAsciiCase, SignUp, toAsciiLowerCase } from "admit-policy";

test("an empty sign-up is by a person", () => {
  const signUp = SignUp.of();
  assert.equal(signUp.triggerSource, "PreSignUp_SignUp");
  for (const member of [signUp.region, signUp.userPoolId, signUp.clientId, signUp.userName]) {
    assert.equal(member, "");
  }
  for (const entries of [signUp.attributes, signUp.validationDataEntries, signUp.clientMetadataEntries]) {
    assert.deepEqual(entries, []);
  }
  assert.equal(signUp.emailDomain(), undefined);
});

test("members are told apart", () => {
  const signUp = new SignUp({
    triggerSource: "PreSignUp_AdminCreateUser",
    region: "region",
    userPoolId: "pool",
    clientId: "client",
    userName: "user",
    userAttributes: [["name", "attribute"]],
    validationData: [["name", "validation"]],
    clientMetadata: [["name", "metadata"]],
  });
  assert.equal(signUp.triggerSource, "PreSignUp_AdminCreateUser");
  assert.equal(signUp.region, "region");
  assert.equal(signUp.userPoolId, "pool");
  assert.equal(signUp.clientId, "client");
  assert.equal(signUp.userName, "user");
  assert.equal(signUp.attribute("name"), "attribute");
  assert.equal(signUp.validationData("name"), "validation");
  assert.equal(signUp.clientMetadata("name"), "metadata");
  assert.deepEqual(signUp.attributes, [["name", "attribute"]]);
  assert.deepEqual(signUp.validationDataEntries, [["name", "validation"]]);
  assert.deepEqual(signUp.clientMetadataEntries, [["name", "metadata"]]);
  assert.equal(signUp.attribute("Name"), undefined);
  assert.equal(signUp.validationData(""), undefined);
  assert.equal(signUp.clientMetadata("nam"), undefined);
});

test("a name that objects have by themselves is not an entry", () => {
  assert.equal(SignUp.of().attribute("constructor"), undefined);
  assert.equal(SignUp.of().attribute("__proto__"), undefined);
});

test("entries keep their order, and may be blank", () => {
  const signUp = SignUp.of({ attributes: { b: "1", a: "" } });
  assert.deepEqual(signUp.attributes, [["b", "1"], ["a", ""]]);
  assert.equal(signUp.attribute("a"), "");
});

test("a domain follows the only at sign", () => {
  for (const [address, expected] of [
    ["mary@example.com", "example.com"],
    ["mary@Example.COM", "Example.COM"],
    ["m@x", "x"],
    ["", undefined],
    ["mary", undefined],
    ["@", undefined],
    ["mary@", undefined],
    ["@example.com", undefined],
    ["mary@example.com@example.org", undefined],
    ["mary@@example.com", undefined],
    ["mary@example.com@", undefined],
  ] as const) {
    assert.equal(domainOf(address), expected, address);
    assert.equal(SignUp.of({ attributes: { email: address } }).emailDomain(), expected, address);
  }
});

test("only the letters of ASCII have a lower case", () => {
  assert.equal(toAsciiLowerCase("AZaz09É\u212aİ"), "azaz09É\u212aİ");
  assert.ok(equalsIgnoringAsciiCase("Example.COM", "eXAMPLE.com"));
  assert.ok(!equalsIgnoringAsciiCase("\u212a", "k"));
  assert.ok(!equalsIgnoringAsciiCase("a", "ab"));
});
