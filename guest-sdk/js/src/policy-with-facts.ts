// The definition of a policy that may take facts.

import { Facts } from "./facts.ts";
import * as withoutFacts from "./policy.ts";
import type { SignUp } from "./sign-up.ts";
import type { Verdict } from "./verdict.ts";

/** A policy, as its author writes it. */
export interface PolicyDefinition<Settings, State> extends Omit<
  withoutFacts.PolicyDefinition<Settings, State>,
  "evaluate"
> {
  /**
   * Decides on one sign-up. If `policy.toml` requests `facts`, they are the third
   * argument; otherwise there is none.
   *
   * An error that it throws means "could not decide". It denies the sign-up unless
   * the manifest says otherwise, with a fixed message in place of this one. To
   * refuse a sign-up, answer `deny` instead.
   */
  evaluate(signUp: SignUp, state: State, facts: Facts): Verdict;
}

/** A policy that waits for sign-ups. */
export interface ConfiguredPolicy {
  /** Decides on one sign-up; without `facts`, the manifest binds none. */
  evaluate(signUp: SignUp, facts?: Facts): Verdict;
}

/** A policy that waits for its settings. */
export class Policy extends withoutFacts.Policy {}

export interface Policy {
  /** Makes the policy from its settings; throws if they are refused. */
  configure(settings?: unknown): ConfiguredPolicy;

  /** Makes the policy from settings as JSON, the way the host does. */
  configureFromJson(settings: string): ConfiguredPolicy;
}

/**
 * Defines a policy, which its module has to export:
 *
 * ```ts
 * export default definePolicy({
 *   settings: object({ characters: integer({ min: 1 }) }),
 *
 *   evaluate(signUp, { characters }) {
 *     if (signUp.userName.length < characters) {
 *       return deny("username-too-short", `At least ${characters} characters, please`);
 *     }
 *     return allow();
 *   },
 * });
 * ```
 *
 * The answer must depend on nothing but the settings, the sign-up and the facts.
 */
export function definePolicy<Of = {}, State = Of>(definition: PolicyDefinition<Of, State>): Policy {
  let facts: Facts;
  const policy = withoutFacts.definePolicy<Of, State>({
    ...definition,
    evaluate: (signUp, state) => definition.evaluate(signUp, state, facts),
  });
  return new Policy((settings) => {
    const configured = policy.configure(settings);
    return {
      evaluate(signUp: SignUp, given = Facts.of()) {
        facts = given;
        return configured.evaluate(signUp);
      },
    };
  });
}
