// What a policy without facts is built with. Nothing for facts goes into its component: each byte
// there changes what a sign-up costs.

export { definePolicy } from "./policy.ts";
export type { ConfiguredPolicy, Policy, PolicyDefinition } from "./policy.ts";
export { allow, deny } from "./verdict.ts";
export type { Ballot, Denial, Verdict, Vote } from "./verdict.ts";
export { SignUp } from "./sign-up.ts";
export type { SignUpMembers, TriggerSource } from "./sign-up.ts";
export { domainOf, equalsIgnoringAsciiCase, toAsciiLowerCase } from "./text.ts";
export { array, boolean, integer, number, object, oneOf, optional, string } from "./settings.ts";
export type { Settings, Shape } from "./settings.ts";
export * as log from "./log.ts";
