// Denies sign-ups without an email address at a listed domain.

import { allow, array, definePolicy, deny, object, string, toAsciiLowerCase } from "admit-policy";

export default definePolicy({
  // The settings, as they stand in the manifest.
  settings: object({
    // The domains at which people may sign up, such as `example.com`.
    domains: array(string()),
  }),

  // Ahead of all sign-ups: makes of the settings what `evaluate` needs.
  configure({ domains }) {
    if (domains.length === 0) {
      throw new Error("`domains` is empty, which would deny every sign-up");
    }
    return new Set(domains.map(toAsciiLowerCase));
  },

  evaluate(signUp, domains) {
    // Only there if `reads` in policy.toml asks for it and the manifest grants it.
    const domain = signUp.emailDomain();
    if (domain === undefined) {
      return deny("email-missing", "Please sign up with an email address");
    }
    if (!domains.has(toAsciiLowerCase(domain))) {
      // The code is for machines and logs, the message for the person signing up.
      return deny("email-domain-not-listed", "Please sign up with the email address of your company");
    }
    return allow();
  },
});
