// Facts: what the host looked up for a sign-up.

import type { Fact, LookupError } from "admit:policy/types@0.2.0";
import { User } from "./user.ts";

export type { LookupError };

/** The result of a look-up, or the reason why there is none. */
export type Outcome =
  /** From a look-up with `directory`. */
  | { readonly users: readonly User[] }
  /** From a look-up with `clock`, in milliseconds since 1970-01-01T00:00:00Z. */
  | { readonly timeMillis: number }
  | { readonly error: LookupError };

const REASONS: Record<LookupError, string> = {
  "key-absent": "the sign-up does not have the value to look up",
  unavailable: "the service could not be reached, or failed",
  timeout: "the service did not answer in time",
  throttled: "the service refused the request because there were too many",
  "too-large": "the answer was too large",
  malformed: "the answer could not be understood",
  "access-denied": "the service does not permit the host to make the request",
};

/**
 * The facts that the manifest grants to a policy, by the roles in its `policy.toml`.
 *
 * The host looks them up before the policy runs. A method that needs a fact which is
 * not there throws an error that says why, which denies the sign-up unless the
 * manifest says otherwise.
 */
export class Facts {
  readonly #outcomes: ReadonlyMap<string, Outcome>;

  /** @internal */
  constructor(outcomes: Iterable<readonly [role: string, outcome: Outcome]>) {
    this.#outcomes = new Map(outcomes);
  }

  /**
   * Makes facts for a test:
   *
   * ```ts
   * Facts.of({ user: { users: [User.of({ userName: "mary" })] }, other: { error: "timeout" } })
   * ```
   */
  static of(outcomes: Readonly<Record<string, Outcome>> = {}): Facts {
    return new Facts(Object.entries(outcomes));
  }

  /** Makes facts from those of the contract. @internal */
  static from(facts: readonly Fact[]): Facts {
    return new Facts(facts.map(({ role, outcome }) => [role, outcomeOf(outcome)]));
  }

  /**
   * Returns the users of the pool that a look-up of the kind `directory` found.
   *
   * Throws if there is no result, or if the fact has another kind.
   */
  users(role: string): readonly User[] {
    const found = this.#found(role);
    if (!("users" in found)) {
      throw otherKind(role, "directory");
    }
    return found.users;
  }

  /**
   * Returns the only user of the pool that a look-up of the kind `directory` found;
   * `null` if there is none.
   *
   * Does not choose among several users: it throws, as if there is no result or the
   * fact has another kind.
   */
  user(role: string): User | null {
    const users = this.users(role);
    if (users.length > 1) {
      throw new Error(`the fact \`${role}\` has ${users.length} users`);
    }
    return users[0] ?? null;
  }

  /**
   * Returns the time of a look-up of the kind `clock`, in milliseconds since
   * 1970-01-01T00:00:00Z, as `new Date(…)` takes it.
   *
   * Throws if there is no result, or if the fact has another kind.
   */
  timeMillis(role: string): number {
    const found = this.#found(role);
    if (!("timeMillis" in found)) {
      throw otherKind(role, "clock");
    }
    if (!Number.isSafeInteger(found.timeMillis)) {
      throw new Error(`the fact \`${role}\` is a time beyond 2^53 milliseconds, which no number holds exactly`);
    }
    return found.timeMillis;
  }

  /**
   * Returns why a look-up has no result; `null` if it has one.
   *
   * Throws if the manifest does not bind the role.
   */
  lookupError(role: string): LookupError | null {
    const outcome = this.#outcome(role);
    return "error" in outcome ? outcome.error : null;
  }

  #found(role: string): Exclude<Outcome, { error: LookupError }> {
    const outcome = this.#outcome(role);
    if ("error" in outcome) {
      throw new Error(`the fact \`${role}\` is not available: ${REASONS[outcome.error]}`);
    }
    return outcome;
  }

  #outcome(role: string): Outcome {
    const outcome = this.#outcomes.get(role);
    if (!outcome) {
      throw new Error(`the manifest binds no look-up to the fact \`${role}\`: add it to the policy's \`facts\``);
    }
    return outcome;
  }
}

function outcomeOf(outcome: Fact["outcome"]): Outcome {
  if (outcome.tag === "err") {
    return { error: outcome.val };
  }
  const found = outcome.val;
  return found.tag === "users"
    ? { users: found.val.map((user) => new User(user)) }
    : { timeMillis: Number(found.val) };
}

function otherKind(role: string, expected: string): Error {
  return new Error(`the fact \`${role}\` does not come from a \`${expected}\` look-up`);
}
