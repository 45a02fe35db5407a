// The votes on linking the external identity to a user of the pool, as methods of a verdict.

import type { LinkVote } from "admit:policy/types@0.2.0";
import type { SignUp } from "./sign-up.ts";
import { equalsIgnoringAsciiCase } from "./text.ts";
import type { User, VerifiedAttribute } from "./user.ts";
import { Verdict, type Ballot } from "./verdict.ts";

export type { LinkVote };

declare module "./verdict.ts" {
  interface Verdict extends LinkMethods {}
}

declare module "admit:policy/types@0.1.0" {
  interface Ballot {
    /** The vote on the link, unless the policy abstains there. */
    link?: LinkVote;
  }
}

class LinkMethods {
  declare readonly ballot: Ballot | undefined;

  /**
   * Wants the external identity to be linked to a user of the pool, who has the same
   * verified email address or phone number.
   *
   * From then on the person signs in as that user through the provider. Without a
   * link, the identity becomes a user of its own.
   *
   * Throws unless the attribute has the same value in the sign-up and for the user,
   * and is verified for both: otherwise a person could take over an account with the
   * address of another. The sign-up's `reads` and the look-up's `reads` must have the
   * attribute and `email_verified` or `phone_number_verified`.
   */
  link(this: Verdict, signUp: SignUp, user: User, attribute: VerifiedAttribute): Verdict {
    const verified = `${attribute}_verified`;
    if (signUp.attribute(verified) !== "true") {
      throw new Error(`no link: the provider does not say that the \`${attribute}\` of the sign-up is verified`);
    }
    if (!user.isVerified(attribute)) {
      throw new Error(
        `no link: the \`${attribute}\` of the user is not verified, or the look-up does not read \`${verified}\``,
      );
    }
    const [one, other] = [signUp.attribute(attribute), user.attribute(attribute)];
    if (one === undefined || other === undefined || !equalsIgnoringAsciiCase(one, other)) {
      throw new Error(`no link: the sign-up and the user do not have the same \`${attribute}\``);
    }
    return this.linkUnverified(user);
  }

  /**
   * Wants the external identity to be linked to a user of the pool, whatever is
   * verified.
   *
   * Use it only if something else proves that the person is this user. {@link link}
   * checks that the address is verified on both sides.
   */
  linkUnverified(this: Verdict, user: User): Verdict {
    return withVote(this, { tag: "grant", val: user.userName });
  }

  /** Keeps the external identity from being linked, even if another policy grants it. */
  withholdLink(this: Verdict): Verdict {
    return withVote(this, { tag: "withhold" });
  }

  /** The name of the user to whom the identity should be linked, if the verdict grants the link. */
  get linkedUser(): string | undefined {
    const link = this.ballot?.link;
    return link?.tag === "grant" ? link.val : undefined;
  }

  /** Whether the verdict withholds the link. */
  get withholdsLink(): boolean {
    return this.ballot?.link?.tag === "withhold";
  }
}

function withVote(verdict: Verdict, link: LinkVote): Verdict {
  return verdict.ballot ? new Verdict("allow", { ...verdict.ballot, link }) : verdict;
}

// `Verdict` itself is in every component, and has only what each needs.
const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(LinkMethods.prototype);
Object.defineProperties(Verdict.prototype, methods);
