// The one way in which domains are written when they are compared.

import { toAsciiLowerCase } from "admit-policy";

/** The most characters that a domain has. */
const LONGEST = 253;

/** Writes a domain in the one way: in lower case and without a final dot. */
export function normalized(domain: string): string {
  return toAsciiLowerCase(domain.endsWith(".") ? domain.slice(0, -1) : domain);
}

/**
 * Whether a text is a domain that is written in the one way. Anything that mail
 * could not reach, among it what is not in ASCII, is none.
 */
export function isDomain(text: string): boolean {
  return text.length <= LONGEST && /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(text);
}
