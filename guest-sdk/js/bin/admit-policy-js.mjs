#!/usr/bin/env node
// `admit build` calls this for a policy in TypeScript or JavaScript; `npm test` calls it for its tests.

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Refusal } from "../tool/project.mjs";

const USAGE = `Usage: admit-policy-js build DIR --output FILE [--inputs LIST] [--facts]
       admit-policy-js check DIR
       admit-policy-js test DIR`;

async function run(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { output: { type: "string" }, inputs: { type: "string" }, facts: { type: "boolean" } },
  });
  const [command, ...given] = positionals;
  const folders = given.map((folder) => resolve(folder));
  if (command === "build" && folders.length === 1 && values.output) {
    const { build } = await import("../tool/build.mjs");
    return report(await build(folders[0], values));
  }
  if (command === "check" && folders.length === 1) {
    const [{ check }, { entryOf }] = await Promise.all([import("../tool/check.mjs"), import("../tool/project.mjs")]);
    return report(check(entryOf(folders[0])));
  }
  if (command === "test" && folders.length === 1) {
    const { test } = await import("../tool/test.mjs");
    const { findings, status } = await test(folders[0]);
    return findings.length > 0 ? report({ findings }) : status;
  }
  throw new Refusal(USAGE);
}

function report({ findings, warnings = [] }) {
  for (const line of [...findings, ...warnings]) {
    console.error(line);
  }
  return findings.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal) && !error.code?.startsWith("ERR_PARSE_ARGS")) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}
