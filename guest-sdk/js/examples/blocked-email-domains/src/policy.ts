// Denies sign-ups with an email address at a listed domain, or at a subdomain of one.

import { allow, array, definePolicy, deny, domainOf, object, string, type Verdict } from "admit-policy";
import { isDomain, normalized } from "./domain.ts";

export default definePolicy({
  settings: object({
    // The blocked domains, whose subdomains are blocked as well.
    domains: array(string()),
  }),

  configure(settings) {
    const domains = settings.domains.map(normalized);
    const refused = domains.find((domain) => !isDomain(domain));
    if (refused !== undefined) {
      throw new Error(`\`domains\`: \`${refused}\` is not a domain such as \`example.com\``);
    }
    return new Set(domains);
  },

  evaluate(signUp, domains) {
    const email = signUp.attribute("email");
    if (email === undefined) {
      return allow();
    }
    const domain = normalized(domainOf(email) ?? "");
    // An unusual spelling must not get around the list.
    if (!isDomain(domain)) {
      return refuse("email-domain-unknown");
    }
    if (containsOneAbove(domains, domain)) {
      return refuse("email-domain-blocked");
    }
    return allow();
  },
});

// The person who is denied learns nothing about the list.
function refuse(code: string): Verdict {
  return deny(code, "Please sign up with another email address");
}

/** Whether a domain is listed, or one above it. */
function containsOneAbove(domains: ReadonlySet<string>, domain: string): boolean {
  for (let name = domain; ; ) {
    if (domains.has(name)) {
      return true;
    }
    const dot = name.indexOf(".");
    if (dot === -1) {
      return false;
    }
    name = name.slice(dot + 1);
  }
}
