// Runs in a component before the policy: removes functions that a policy must not use, and makes
// them throw an error with a message where there would be a crash or a made-up answer.

import { write } from "admit:policy/log@0.1.0";
import * as log from "./log.ts";

log.writeTo(write);

const Engine = Date;

function noClock(): never {
  throw new Error("a policy has no clock: a verdict must depend on nothing but the settings and the sign-up");
}

function noRandomness(): never {
  throw new Error("a policy has no randomness: a verdict must depend on nothing but the settings and the sign-up");
}

/** A date of a given time is allowed. */
function DateOf(this: unknown, ...parts: []): Date {
  if (new.target === undefined || parts.length === 0) {
    noClock();
  }
  return Reflect.construct(Engine, parts, (new.target as unknown) === DateOf ? Engine : new.target);
}
DateOf.prototype = Engine.prototype;
DateOf.UTC = Engine.UTC;
DateOf.parse = Engine.parse;
DateOf.now = noClock;
Object.defineProperty(DateOf, "length", { value: 7 });
Object.defineProperty(DateOf, "name", { value: "Date" });
Object.defineProperty(Engine.prototype, "constructor", { value: DateOf, writable: true, configurable: true });

const joined = (level: "debug" | "info" | "warn" | "error") => (...values: unknown[]) =>
  log[level](values.map((value) => (typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)))).join(" "));

const globals: Record<string, unknown> = {
  Date: DateOf,
  performance: undefined,
  console: {
    debug: joined("debug"),
    log: joined("info"),
    info: joined("info"),
    warn: joined("warn"),
    error: joined("error"),
  },
};
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
Math.random = noRandomness;
