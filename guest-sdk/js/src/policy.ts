// The definition of a policy.

import { parse } from "./json.ts";
import { object, type Shape } from "./settings.ts";
import type { SignUp } from "./sign-up.ts";
import { Verdict } from "./verdict.ts";

/** A policy, as its author writes it. */
export interface PolicyDefinition<Settings, State> {
  /**
   * The settings, as they stand in the manifest. A policy without them leaves this
   * out: then only `{}` is accepted.
   */
  settings?: Shape<Settings>;

  /**
   * Prepares the settings for `evaluate`: makes a set from a long list, for
   * example. Throws an error that says, to the author of the manifest, what is
   * wrong with them.
   *
   * It is called ahead of all sign-ups, so what it does costs them nothing. If
   * left out, `evaluate` gets the settings.
   */
  configure?(settings: Settings): State;

  /**
   * Decides on one sign-up.
   *
   * An error that it throws means "could not decide". It denies the sign-up unless
   * the manifest says otherwise, with a fixed message in place of this one. To
   * refuse a sign-up, answer `deny` instead.
   */
  evaluate(signUp: SignUp, state: State): Verdict;
}

/** A policy that waits for its settings. */
export class Policy {
  readonly #configure: (settings: unknown) => ConfiguredPolicy;

  /** @internal */
  constructor(configure: (settings: unknown) => ConfiguredPolicy) {
    this.#configure = configure;
  }

  /** Makes the policy from its settings; throws if they are refused. */
  configure(settings: unknown = {}): ConfiguredPolicy {
    if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
      throw new Error("the settings are not a JSON object");
    }
    return this.#configure(settings);
  }

  /** Makes the policy from settings as JSON, the way the host does. */
  configureFromJson(settings: string): ConfiguredPolicy {
    let value: unknown;
    try {
      value = parse(settings);
    } catch (error) {
      throw new Error(`the settings do not fit: ${(error as Error).message}`);
    }
    return this.configure(value);
  }
}

/** A policy that waits for sign-ups. */
export interface ConfiguredPolicy {
  /** Decides on one sign-up. */
  evaluate(signUp: SignUp): Verdict;
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
 * The answer must depend on nothing but the settings and the sign-up.
 */
export function definePolicy<Of = {}, State = Of>(definition: PolicyDefinition<Of, State>): Policy {
  const shape = definition.settings ?? (object({}) as unknown as Shape<Of>);
  return new Policy((value) => {
    const settings = shape.read(value, "");
    const state = definition.configure ? definition.configure(settings) : (settings as unknown as State);
    refusePromise("configure", state);
    return {
      evaluate(signUp) {
        const verdict = definition.evaluate(signUp, state);
        if (!(verdict instanceof Verdict)) {
          refusePromise("evaluate", verdict);
          throw new TypeError("`evaluate` returned no verdict: return `allow()` or `deny(code, message)`");
        }
        return verdict;
      },
    };
  });
}

function refusePromise(from: string, value: unknown): void {
  if (value instanceof Promise) {
    throw new TypeError(`\`${from}\` returned a promise, which nothing awaits: compute the value at once`);
  }
}
