// How a policy becomes a component: the exports of the contract.

import type * as contract from "admit:policy/sign-up-policy@0.1.0";
import { Policy, type ConfiguredPolicy } from "./policy.ts";
import { SignUp } from "./sign-up.ts";

/** Makes the exports of a component without facts from the default export of its module. */
export function component(policy: unknown): typeof contract {
  if (!(policy instanceof Policy)) {
    throw new Error("the module exports no policy: write `export default definePolicy({ … })`");
  }
  let configured: ConfiguredPolicy | undefined;
  return {
    configure(settings) {
      if (configured) {
        throw "the policy is configured already";
      }
      try {
        configured = policy.configureFromJson(settings);
      } catch (error) {
        throw words(error);
      }
    },

    evaluate(request) {
      if (!configured) {
        throw "the policy is not configured";
      }
      try {
        return configured.evaluate(new SignUp(request)) as contract.Verdict;
      } catch (error) {
        throw words(error);
      }
    },
  };
}

// The host takes no more than 64 KiB at once.
const CHARACTERS = 16 << 10;

/**
 * The message of an error. An `Error` was thrown on purpose; any other kind, such
 * as a `TypeError`, is a mistake in the policy, and its name is shown.
 */
export function words(error: unknown): string {
  let text: string;
  try {
    text = error instanceof Error && error.name === "Error" && error.message ? error.message : String(error);
  } catch {
    text = "the thrown value cannot be shown";
  }
  return text.slice(0, CHARACTERS).toWellFormed();
}
