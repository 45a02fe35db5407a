// A sign-up, as a policy sees it.

import type { SignUp as Request } from "admit:policy/types@0.1.0";
import { domainOf } from "./text.ts";

/**
 * The trigger of a sign-up, in Cognito's own words: a person, an administrator, the
 * first sign-in through an identity provider, or another word. Treat a word that
 * you do not know as unknown, never as one of these.
 */
export type TriggerSource =
  | "PreSignUp_SignUp"
  | "PreSignUp_AdminCreateUser"
  | "PreSignUp_ExternalProvider"
  | (string & {});

/** The members of a sign-up that a test makes; what is left out is absent. */
export interface SignUpMembers {
  /** `PreSignUp_SignUp` if left out. */
  triggerSource?: TriggerSource;
  region?: string;
  userPoolId?: string;
  clientId?: string;
  userName?: string;
  attributes?: Readonly<Record<string, string>>;
  validationData?: Readonly<Record<string, string>>;
  clientMetadata?: Readonly<Record<string, string>>;
}

type Entries = ReadonlyArray<readonly [name: string, value: string]>;

/**
 * One sign-up, as far as this policy may see it.
 *
 * The manifest names, under `reads`, what a policy may see. Everything else looks
 * as if the sign-up did not have it: an empty text or no entry. Only the trigger
 * source, the region, the user pool and the app client are always there.
 *
 * Names and values are arbitrary text that the person signing up may have chosen.
 */
export class SignUp {
  readonly #request: Request;

  /** @internal */
  constructor(request: Request) {
    this.#request = request;
  }

  /** Makes a sign-up for a test. */
  static of(members: SignUpMembers = {}): SignUp {
    return new SignUp({
      triggerSource: members.triggerSource ?? "PreSignUp_SignUp",
      region: members.region ?? "",
      userPoolId: members.userPoolId ?? "",
      clientId: members.clientId ?? "",
      userName: members.userName ?? "",
      userAttributes: Object.entries(members.attributes ?? {}),
      validationData: Object.entries(members.validationData ?? {}),
      clientMetadata: Object.entries(members.clientMetadata ?? {}),
    });
  }

  /** The trigger of the sign-up; an empty text if the event did not say. */
  get triggerSource(): TriggerSource {
    return this.#request.triggerSource;
  }

  /** The AWS region of the user pool, such as `eu-west-1`. */
  get region(): string {
    return this.#request.region;
  }

  /** The id of the user pool, such as `eu-west-1_AbCdEfGhI`. */
  get userPoolId(): string {
    return this.#request.userPoolId;
  }

  /** The id of the app client, or `CLIENT_ID_NOT_APPLICABLE` where there is none. */
  get clientId(): string {
    return this.#request.clientId;
  }

  /**
   * The user name (`userName`): in a pool that signs in by email a generated id,
   * for an identity provider `<provider>_<id>`.
   */
  get userName(): string {
    return this.#request.userName;
  }

  /**
   * Returns an attribute of the new user, such as `email` or `custom:domain`
   * (`userAttributes.<name>`). It may be there and blank.
   */
  attribute(name: string): string | undefined {
    return find(this.#request.userAttributes, name);
  }

  /** All attributes, in the order of the event. */
  get attributes(): Entries {
    return this.#request.userAttributes;
  }

  /**
   * Returns an entry of what the app sent for checking only
   * (`validationData.<name>`).
   */
  validationData(name: string): string | undefined {
    return find(this.#request.validationData, name);
  }

  /** All entries of the validation data, in the order of the event. */
  get validationDataEntries(): Entries {
    return this.#request.validationData;
  }

  /** Returns an entry of what the app sent for triggers (`clientMetadata.<name>`). */
  clientMetadata(name: string): string | undefined {
    return find(this.#request.clientMetadata, name);
  }

  /** All entries of the client metadata, in the order of the event. */
  get clientMetadataEntries(): Entries {
    return this.#request.clientMetadata;
  }

  /** Returns the domain of the attribute `email`, as `domainOf` finds it. */
  emailDomain(): string | undefined {
    const email = this.attribute("email");
    return email === undefined ? undefined : domainOf(email);
  }
}

// The lists are short and most policies look up one name: a map would cost more.
function find(entries: Entries, name: string): string | undefined {
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]!;
    if (entry[0] === name) {
      return entry[1];
    }
  }
  return undefined;
}
