// Made by jco-transpile from the WIT with this SHA-256; `npm run types` makes it anew.
// 98b08eade2783afc5f8487edee84f059514ae0784a57edebe65f3fbd135cbbed

declare module 'admit:policy/log@0.1.0' {
  /**
   * Writes one note. Notes beyond 64 lines or 16 KiB in all (the manifest's
   * `limits.log-lines` and `limits.log-bytes`) are cut or dropped, as are all
   * where the manifest says `log = "discard"`, and the verdict stands all the
   * same; but a single note of more than 64 KiB (`limits.host-call`) is a
   * failure. Do not write what identifies a person.
   */
  export function write(level: Level, message: string): void;
  /**
   * How much a note matters, least first.
   * # Variants
   *
   * ## `"debug"`
   *
   * Only of interest while a policy is being written.
   * ## `"info"`
   *
   * Worth knowing.
   * ## `"warn"`
   *
   * Unusual, and handled.
   * ## `"error"`
   *
   * Something that should not have happened.
   */
  export type Level = 'debug' | 'info' | 'warn' | 'error';
}

declare module 'admit:policy/sign-up-policy@0.1.0' {
  /**
   * Takes the policy's settings, once, before anything else.
   *
   * `settings` is a JSON object: the `settings` of the manifest, or `{}`. The
   * error says, to the author of the manifest, what is wrong with them; it is
   * never shown to a person signing up.
   */
  export function configure(settings: string): void;
  /**
   * Decides on one sign-up: a pure function of the settings and the request.
   *
   * An error means "could not decide" and is a failure, which denies the sign-up
   * unless the manifest says otherwise. Its text is for the author of the policy
   * and is never shown to a person signing up.
   */
  export function evaluate(request: SignUp): Verdict;
  export type SignUp = import('admit:policy/types@0.1.0').SignUp;
  export type Verdict = import('admit:policy/types@0.1.0').Verdict;
}

declare module 'admit:policy/types@0.1.0' {
  /**
   * One sign-up, as far as this policy may see it.
   *
   * A manifest names, under `reads`, the members that a policy may see. The
   * others look as if the sign-up did not have them: an empty string or no
   * entry. The first four members are not personal and are always there.
   *
   * In the three lists every name occurs once, in the order of the event.
   * Names and values are arbitrary text that the person signing up may have
   * chosen.
   */
  export interface SignUp {
    /**
     * What started the sign-up, in Cognito's own words: "PreSignUp_SignUp" (a
     * person), "PreSignUp_AdminCreateUser" (an administrator),
     * "PreSignUp_ExternalProvider" (the first sign-in through an identity
     * provider). More may come: treat a word that you do not know as unknown,
     * never as one of these. Empty if the event did not say.
     */
    triggerSource: string,
    /**
     * The AWS region of the user pool, such as "eu-west-1". Empty if the event
     * did not say.
     */
    region: string,
    /**
     * The user pool, such as "eu-west-1_AbCdEfGhI". Empty if the event did not
     * say.
     */
    userPoolId: string,
    /**
     * The app client that the sign-up came through, or
     * "CLIENT_ID_NOT_APPLICABLE" where there is none. Empty if the event did not
     * say.
     */
    clientId: string,
    /**
     * The chosen user name; in pools that sign in by email a generated id; for
     * an identity provider "<provider>_<id>". Empty if absent or not granted
     * (`userName`).
     */
    userName: string,
    /**
     * The attributes of the new user, such as ("email", "mary@example.com") or
     * ("custom:domain", "example.com"), as far as granted
     * (`userAttributes.<name>`).
     */
    userAttributes: Array<[string, string]>,
    /**
     * What the app sent along for checking only; not stored with the user
     * (`validationData.<name>`).
     */
    validationData: Array<[string, string]>,
    /**
     * What the app sent along for triggers (`clientMetadata.<name>`).
     */
    clientMetadata: Array<[string, string]>,
  }
  /**
   * One policy's opinion on one flag.
   *
   * A flag is set if at least one policy grants it and no policy withholds it.
   * # Variants
   *
   * ## `"abstain"`
   *
   * No opinion: leave it to the others.
   * ## `"grant"`
   *
   * The flag should be set.
   * ## `"withhold"`
   *
   * The flag must not be set, whoever grants it.
   */
  export type Vote = 'abstain' | 'grant' | 'withhold';
  /**
   * One vote for each flag of the answer.
   *
   * A vote counts only if the manifest permits it to this policy (`verdicts`).
   */
  export interface Ballot {
    /**
     * Whether the new user counts as confirmed at once, without a code.
     */
    confirm: Vote,
    /**
     * Whether the email address counts as verified. Set only together with
     * `confirm` and only if the sign-up has an email address.
     */
    verifyEmail: Vote,
    /**
     * Whether the phone number counts as verified. Set only together with
     * `confirm` and only if the sign-up has a phone number.
     */
    verifyPhone: Vote,
  }
  /**
   * The sign-up must not happen.
   */
  export interface Denial {
    /**
     * The reason for machines, logs and metrics: stable, such as
     * "username-too-short"; letters, digits, `-`, `_` and `.`, 64 at most. The
     * host puts `-` for anything else. It must not hold anything about the
     * person, since it goes to the log: the host discards a code that holds a
     * value which the policy saw.
     */
    code: string,
    /**
     * The reason for the person signing up: one line of at most 256 characters,
     * unless the manifest's `limits.message` says otherwise, without a final
     * period, which Cognito adds. The host replaces what cannot be printed and
     * cuts what is longer.
     */
    message: string,
  }
  /**
   * The answer of one policy to one sign-up.
   */
  export type Verdict = VerdictAllow | VerdictDeny;
  /**
   * No objection; the ballot says what else this policy wants. A ballot that
   * abstains throughout is a plain "not my concern".
   */
  export interface VerdictAllow {
    tag: 'allow',
    val: Ballot,
  }
  /**
   * Refuse the sign-up. One denial that counts is enough.
   */
  export interface VerdictDeny {
    tag: 'deny',
    val: Denial,
  }
}
