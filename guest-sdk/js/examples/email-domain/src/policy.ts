// Confirms a sign-up whose email address is at the domain in `custom:domain`; other users confirm as usual.

import { allow, definePolicy, equalsIgnoringAsciiCase } from "admit-policy";

export default definePolicy({
  evaluate(signUp) {
    const actual = signUp.emailDomain();
    const expected = signUp.attribute("custom:domain");
    if (actual !== undefined && expected !== undefined && equalsIgnoringAsciiCase(actual, expected)) {
      return allow().confirm();
    }
    return allow();
  },
});
