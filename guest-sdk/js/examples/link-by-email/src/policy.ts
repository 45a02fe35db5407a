// Links a first sign-in through an identity provider to the user with the same verified email
// address.

import { allow, definePolicy, deny, object, oneOf, optional, type User } from "admit-policy";

export default definePolicy({
  settings: object({
    // What happens if another user has the address, but the identity cannot be linked.
    unlinked: optional(oneOf("allow", "deny"), "allow"),
  }),

  evaluate(signUp, { unlinked }, facts) {
    const hasEmail = /\P{White_Space}/u.test(signUp.attribute("email") ?? "");
    if (signUp.triggerSource !== "PreSignUp_ExternalProvider" || !hasEmail) {
      return allow();
    }
    const users = facts.users("user");
    const user = onlyNativeUser(users);
    if (user && signUp.attribute("email_verified") === "true" && user.isVerified("email")) {
      return allow().link(signUp, user, "email");
    }
    if (users.length === 0 || unlinked === "allow") {
      return allow();
    }
    return deny("account-exists", "Please sign in with the account that you have");
  },
});

/**
 * The only user with a password who may sign in. Several such users are not a person whom the
 * policy could choose.
 */
function onlyNativeUser(users: readonly User[]): User | undefined {
  const found = users.filter((user) => !user.isExternal && user.status === "CONFIRMED" && user.isEnabled);
  return found.length === 1 ? found[0] : undefined;
}
