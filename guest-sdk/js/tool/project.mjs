// Where the parts of a policy's project and of the SDK are.

import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const sdk = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** What ends the tool with a sentence and no stack. */
export class Refusal extends Error {}

/** The module that exports the policy. */
export function entryOf(folder) {
  for (const name of ["src/policy.ts", "src/policy.js"]) {
    const path = join(folder, name);
    if (existsSync(path)) {
      return path;
    }
  }
  throw new Refusal(`no policy in \`${folder}\`: there is neither \`src/policy.ts\` nor \`src/policy.js\``);
}

/** A path as a terminal can open it, and as short as that allows. */
export function shown(path) {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

/** One thing that is wrong in a file, in lines and columns from 1. */
export function finding(path, line, column, message) {
  return `${shown(path)}:${line}:${column}: ${message}`;
}
