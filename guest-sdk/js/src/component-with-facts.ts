// How a policy with facts becomes a component.

import type * as contract from "admit:policy/sign-up-policy@0.2.0";
import { component } from "./component.ts";
import { Facts } from "./facts.ts";
import { Policy } from "./policy-with-facts.ts";

const ABSTAINED = { tag: "abstain" } as const;

/** Makes the exports of a component with facts from the default export of its module. */
export function componentWithFacts(policy: unknown): typeof contract {
  let facts: Facts;
  const { configure, evaluate } = component(policy instanceof Policy ? withFacts(policy, () => facts) : policy);
  return {
    configure,

    evaluate(request, found) {
      facts = Facts.from(found);
      const { tag, val } = evaluate(request);
      return tag === "allow" ? { tag, val: { link: ABSTAINED, ...val } } : { tag, val };
    },
  };
}

/** The same policy, which takes its facts by itself. */
function withFacts(policy: Policy, facts: () => Facts): Policy {
  return new Policy((settings) => {
    const configured = policy.configure(settings);
    return { evaluate: (signUp) => configured.evaluate(signUp, facts()) };
  });
}
