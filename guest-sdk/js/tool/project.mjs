// Paths of a policy's project and of the SDK.

import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const sdk = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** The types of the contract, in each version. */
export const contract = ["0.1.0", "0.2.0"].map((name) => join(sdk, `src/contract/${name}.d.ts`));

/** An error that ends the tool with its message, without a stack trace. */
export class Refusal extends Error {}

/** The module that exports the policy. */
export function entryOf(folder) {
  for (const name of ["src/policy.ts", "src/policy.js"]) {
    const path = join(folder, name);
    if (existsSync(path)) {
      return path;
    }
  }
  throw new Refusal(`no policy in \`${folder}\`: \`src/policy.ts\` and \`src/policy.js\` are missing`);
}

/** The shortest path that a terminal can open. */
export function shown(path) {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

/** One finding in a file, with line and column counted from 1. */
export function finding(path, line, column, message) {
  return `${shown(path)}:${line}:${column}: ${message}`;
}
