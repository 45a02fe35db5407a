// Confirms every sign-up, and verifies the email address and the phone number that it has.

import { allow, definePolicy, type SignUp } from "admit-policy";

export default definePolicy({
  evaluate(signUp) {
    let verdict = allow().confirm();
    if (has(signUp, "email")) {
      verdict = verdict.verifyEmail();
    }
    if (has(signUp, "phone_number")) {
      verdict = verdict.verifyPhone();
    }
    return verdict;
  },
});

function has(signUp: SignUp, attribute: string): boolean {
  // Not `trim`, which leaves a next-line character and takes a byte order mark for blank.
  return /\P{White_Space}/u.test(signUp.attribute(attribute) ?? "");
}
