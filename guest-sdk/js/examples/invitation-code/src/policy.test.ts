import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { SignUp, type SignUpMembers } from "admit-policy";
import policy from "./policy.ts";

// Of `open-sesame` and of `welcome`, by `printf %s open-sesame | sha256sum`.
const OPEN_SESAME = "d7ecdf25eaf3deba0f2628771dbdd22d4138ab6cf38f91ed02a2ca0dec7c8ab7";
const WELCOME = "280d44ab1e9f79b5cce2dd4f58f5fe91f0fbacdac9f7447dffc318ceb79f2d02";

const configured = policy.configure({ sha256: [OPEN_SESAME, WELCOME.toUpperCase()] });

function codeFor(members: SignUpMembers): string | undefined {
  return configured.evaluate(SignUp.of(members)).denial?.code;
}

test("every valid code opens", () => {
  for (const [sent, expected] of [
    ["open-sesame", undefined],
    ["welcome", undefined],
    [" welcome\r\n", undefined],
    ["\u0085welcome\u3000", undefined],
    // Not white space, though `trim` takes it away.
    ["\ufeffwelcome", "invitation-unknown"],
    ["Welcome", "invitation-unknown"],
    ["wel come", "invitation-unknown"],
    ["open-sesamewelcome", "invitation-unknown"],
    [OPEN_SESAME, "invitation-unknown"],
    ["", "invitation-required"],
    [" \t", "invitation-required"],
  ] as const) {
    assert.equal(codeFor({ validationData: { "invitation-code": sent } }), expected);
    assert.equal(codeFor({ clientMetadata: { "invitation-code": sent } }), expected);
  }
});

test("a code is hashed as its UTF-8", () => {
  const points = [0x21, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff];
  for (const code of [String.fromCodePoint(...points), "%41é€😀".repeat(50)]) {
    const sha256 = [createHash("sha256").update(code).digest("hex")];
    const signUp = SignUp.of({ validationData: { "invitation-code": code } });
    assert.equal(policy.configure({ sha256 }).evaluate(signUp).denial, undefined);
  }
});

test("a code is required", () => {
  const elsewhere = { attributes: { "invitation-code": "welcome" }, validationData: { code: "welcome" } };
  assert.equal(codeFor(elsewhere), "invitation-required");
});

test("validation data comes first", () => {
  for (const [validationData, clientMetadata, expected] of [
    ["welcome", "wrong", undefined],
    ["wrong", "welcome", "invitation-unknown"],
    [" ", "welcome", undefined],
  ] as const) {
    const members = {
      validationData: { "invitation-code": validationData },
      clientMetadata: { "invitation-code": clientMetadata },
    };
    assert.equal(codeFor(members), expected);
  }
});

test("the key can be set", () => {
  const signUp = SignUp.of({ validationData: { ticket: "welcome" } });
  const verdict = policy.configure({ key: "ticket", sha256: [WELCOME] }).evaluate(signUp);
  assert.equal(verdict.denial, undefined);
  assert.throws(() => policy.configure({ key: "", sha256: [WELCOME] }), { message: "`key` is empty" });
});

test("without digests no code is valid", () => {
  const signUp = SignUp.of({ validationData: { "invitation-code": "welcome" } });
  assert.equal(policy.configure({ sha256: [] }).evaluate(signUp).denial?.code, "invitation-unknown");
  assert.throws(() => policy.configure({}), /missing field `sha256`/);
});

test("malformed digests are refused by their position", () => {
  for (const entry of [
    "",
    "welcome",
    WELCOME.slice(1),
    `${WELCOME}0`,
    `${WELCOME}00`,
    WELCOME.replace("a", "g"),
    ` ${WELCOME.slice(1)}`,
    `+${WELCOME.slice(1)}`,
    `é${WELCOME.slice(2)}`,
    `${WELCOME}\n`,
  ]) {
    const message = "`sha256`: entry 2 is not a digest of 64 hexadecimal digits";
    assert.throws(() => policy.configure({ sha256: [OPEN_SESAME, entry] }), { message });
  }
});
