// Texts as addresses and domains compare them.

/**
 * Returns the part behind the `@` of an email address.
 *
 * There is none if the address has no `@`, has more than one, or has nothing on
 * one side of it. The domain is returned as it stands: compare it without regard
 * to case.
 */
export function domainOf(address: string): string | undefined {
  const at = address.indexOf("@");
  const whole = at > 0 && at < address.length - 1 && !address.includes("@", at + 1);
  return whole ? address.slice(at + 1) : undefined;
}

/**
 * Returns a text with the letters `A` to `Z` in lower case and all others as they
 * are.
 *
 * `toLowerCase` would make a `k` of the Kelvin sign `K`, which mail servers do not.
 */
export function toAsciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Tells whether two texts are the same but for the case of the letters `A` to `Z`. */
export function equalsIgnoringAsciiCase(one: string, other: string): boolean {
  return one === other || (one.length === other.length && toAsciiLowerCase(one) === toAsciiLowerCase(other));
}
