// Write a policy for `admit`: what authors import.
//
// The component of a policy without facts has `without-facts.ts` in the place of this module.

import "./link.ts";

export * from "./without-facts.ts";
export { Facts } from "./facts.ts";
export type { LookupError, Outcome } from "./facts.ts";
export type { LinkVote } from "./link.ts";
export { definePolicy } from "./policy-with-facts.ts";
export type { ConfiguredPolicy, Policy, PolicyDefinition } from "./policy-with-facts.ts";
export { User } from "./user.ts";
export type { Identity, UserMembers, VerifiedAttribute } from "./user.ts";
