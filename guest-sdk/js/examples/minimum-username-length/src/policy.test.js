// @ts-check

import assert from "node:assert/strict";
import { test } from "node:test";
import { allow, deny, SignUp } from "admit-policy";
import policy from "./policy.js";

/** @param {number} minimum */
function tooShort(minimum) {
  return deny(
    "username-too-short",
    `Cannot register users with username less than the minimum length of ${minimum}`,
  );
}

const expectations = /** @type {const} */ ([
  [{}, "", tooShort(5)],
  [{}, "rroe", tooShort(5)],
  [{}, "rroe1", allow()],
  [{}, "rroe12", allow()],
  [{ characters: 5 }, "rroe", tooShort(5)],
  [{ characters: 5 }, "rroe1", allow()],
  [{ characters: 0 }, "", allow()],
  [{ characters: 4294967295 }, "rroe", tooShort(4294967295)],
  // Characters, and neither bytes nor halves of them.
  [{ characters: 3 }, "éé", tooShort(3)],
  [{ characters: 3 }, "😀😀", tooShort(3)],
  [{ characters: 3 }, "ééé", allow()],
]);
for (const [settings, userName, expected] of expectations) {
  test(`${JSON.stringify(settings)}: \`${userName}\``, () => {
    assert.deepEqual(policy.configure(settings).evaluate(SignUp.of({ userName })), expected);
  });
}

for (const settings of [
  { characters: -1 },
  { characters: 1.5 },
  { characters: "5" },
  { characters: null },
  { characters: 4294967296 },
  { minimum: 5 },
]) {
  test(`refuses ${JSON.stringify(settings)}`, () => {
    assert.throws(() => policy.configure(settings), /the settings do not fit: .*(`characters`|`minimum`)/);
  });
}
