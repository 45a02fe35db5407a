// A user who is already in the pool.

import type { Identity, User as Found } from "admit:policy/types@0.2.0";

export type { Identity };

/** The attributes that a user can verify. */
export type VerifiedAttribute = "email" | "phone_number";

/** The members of a user that a test makes. */
export interface UserMembers {
  userName: string;
  /** `CONFIRMED` if left out. */
  status?: string;
  /** `true` if left out. */
  enabled?: boolean;
  attributes?: Readonly<Record<string, string>>;
  identities?: readonly Identity[];
}

/**
 * A user who is already in the pool, as far as the look-up reads it.
 *
 * What the look-up does not name under `reads` is not there. A member that needs it
 * throws an error, so that a missing grant does not look like an answer.
 */
export class User {
  readonly #found: Found;

  /** @internal */
  constructor(found: Found) {
    this.#found = found;
  }

  /** Makes a user for a test, with everything granted. */
  static of({ userName, status = "CONFIRMED", enabled = true, attributes = {}, identities = [] }: UserMembers): User {
    return new User({ userName, status, enabled, attributes: Object.entries(attributes), identities: [...identities] });
  }

  /** The user name, unique in the pool. */
  get userName(): string {
    return this.#found.userName;
  }

  /**
   * The status in Cognito's own words, such as `CONFIRMED` or `UNCONFIRMED`. Throws
   * if the look-up does not read `status`.
   */
  get status(): string {
    return granted(this.#found.status, "status");
  }

  /** Whether the user may sign in. Throws if the look-up does not read `enabled`. */
  get isEnabled(): boolean {
    return granted(this.#found.enabled, "enabled");
  }

  /**
   * Whether the user only signs in through an identity provider, and has no
   * password. Throws if the look-up does not read `status`.
   */
  get isExternal(): boolean {
    return this.status === "EXTERNAL_PROVIDER";
  }

  /**
   * The external identities that are linked to the user. Throws if the look-up does
   * not read `identities`.
   */
  get identities(): readonly Identity[] {
    return granted(this.#found.identities, "identities");
  }

  /**
   * Returns an attribute. There is none if the user does not have it or the look-up
   * does not read it.
   */
  attribute(name: string): string | undefined {
    return this.#found.attributes.find(([key]) => key === name)?.[1];
  }

  /** All attributes that the user has and the look-up reads. */
  get attributes(): ReadonlyArray<readonly [name: string, value: string]> {
    return this.#found.attributes;
  }

  /**
   * Tells whether an attribute is verified.
   *
   * The look-up must read `email_verified` or `phone_number_verified`; if it does
   * not, the attribute does not count as verified.
   */
  isVerified(attribute: VerifiedAttribute): boolean {
    return this.attribute(`${attribute}_verified`) === "true";
  }
}

function granted<T>(value: T | null | undefined, name: string): T {
  if (value === undefined || value === null) {
    throw new Error(`the look-up does not read \`${name}\`: add it to \`reads\` of the look-up`);
  }
  return value;
}
