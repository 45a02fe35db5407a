// @ts-check
// Denies user names that are too short.

import { allow, definePolicy, deny, integer, object, optional } from "admit-policy";

export default definePolicy({
  settings: object({
    // How many characters a user name has at least.
    characters: optional(integer({ min: 0, max: 2 ** 32 - 1 }), 5),
  }),

  evaluate(signUp, { characters }) {
    // `length` would count some characters, such as an emoji, twice.
    if ([...signUp.userName].length < characters) {
      return deny(
        "username-too-short",
        `Cannot register users with username less than the minimum length of ${characters}`,
      );
    }
    return allow();
  },
});
