// The answer of a policy.

import type { Ballot, Denial, Vote } from "admit:policy/types@0.1.0";

export type { Ballot, Denial, Vote };

const ABSTAINED: Ballot = { confirm: "abstain", verifyEmail: "abstain", verifyPhone: "abstain" };

/**
 * The answer of a policy to one sign-up: {@link allow} or {@link deny}.
 *
 * The host merges the verdicts of all policies. One denial refuses the sign-up.
 * Otherwise a flag is set if at least one policy grants it and none withholds it.
 *
 * A denial stays a denial: the chained methods do not change it. Of two chained
 * methods about the same flag, the last one holds.
 */
export class Verdict {
  // The shape that the contract has, so that nothing has to be converted.
  /** @internal */
  readonly tag: "allow" | "deny";
  /** @internal */
  readonly val: Ballot | Denial;

  /** @internal */
  constructor(tag: "allow" | "deny", val: Ballot | Denial) {
    this.tag = tag;
    this.val = val;
  }

  /** The votes, unless the verdict is a denial. */
  get ballot(): Ballot | undefined {
    return this.tag === "allow" ? (this.val as Ballot) : undefined;
  }

  /** The denial, if the verdict is one. */
  get denial(): Denial | undefined {
    return this.tag === "deny" ? (this.val as Denial) : undefined;
  }

  /** Wants the new user to be confirmed at once, without a code. */
  confirm(): Verdict {
    return this.#vote("confirm", "grant");
  }

  /**
   * Wants the email address to count as verified.
   *
   * The host sets this flag only for a user who is confirmed and has an email
   * address. Where the address is an alias, verifying it takes the alias away from
   * the user who had it.
   */
  verifyEmail(): Verdict {
    return this.#vote("verifyEmail", "grant");
  }

  /**
   * Wants the phone number to count as verified.
   *
   * The host sets this flag only for a user who is confirmed and has a phone
   * number. Where the number is an alias, verifying it takes the alias away from
   * the user who had it.
   */
  verifyPhone(): Verdict {
    return this.#vote("verifyPhone", "grant");
  }

  /** Keeps the new user from being confirmed without a code, even if another policy grants it. */
  withholdConfirm(): Verdict {
    return this.#vote("confirm", "withhold");
  }

  /** Keeps the email address from counting as verified, even if another policy grants it. */
  withholdVerifyEmail(): Verdict {
    return this.#vote("verifyEmail", "withhold");
  }

  /** Keeps the phone number from counting as verified, even if another policy grants it. */
  withholdVerifyPhone(): Verdict {
    return this.#vote("verifyPhone", "withhold");
  }

  #vote(flag: keyof Ballot, vote: Vote): Verdict {
    return this.tag === "allow" ? new Verdict("allow", { ...(this.val as Ballot), [flag]: vote }) : this;
  }
}

/** Has no objection and no opinion on any flag. */
export function allow(): Verdict {
  return new Verdict("allow", ABSTAINED);
}

/**
 * Refuses the sign-up.
 *
 * The `code` is for machines, logs and metrics. It is stable, has at most 64
 * letters, digits, `-`, `_` and `.`, and tells nothing about the person.
 *
 * The `message` is for the person signing up: one line, at most 256 characters,
 * and no final period, for Cognito adds one.
 */
export function deny(code: string, message: string): Verdict {
  if (typeof code !== "string" || typeof message !== "string") {
    throw new TypeError("`deny` takes two texts: a code and a message");
  }
  // The contract has no half characters, which cutting a text can leave behind.
  return new Verdict("deny", { code: code.toWellFormed(), message: message.toWellFormed() });
}
