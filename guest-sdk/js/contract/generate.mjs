// Writes the TypeScript types of the contract, and of which WIT they are: `npm run types`.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { $init, generateTypes } from "@bytecodealliance/jco-transpile/component";

const wit = readFileSync(new URL("../wit/policy.wit", import.meta.url));

await $init;
const files = generateTypes("policy", {
  wit: { tag: "source", val: wit.toString() },
  world: "policy",
  features: { tag: "list", val: [] },
  guest: true,
});
const interfaces = files.filter(([path]) => path.startsWith("interfaces/"));
const digest = createHash("sha256").update(wit).digest("hex");
const head = `// Made by jco-transpile from the WIT with this SHA-256; \`npm run types\` makes it anew.\n// ${digest}\n\n`;
// One file, and no trailing spaces.
const text = interfaces
  .map(([, bytes]) => Buffer.from(bytes).toString().replace(/^\/\/\/ <reference.*\n/gm, ""))
  .join("\n")
  .replace(/[ \t]+$/gm, "");
writeFileSync(new URL("../src/contract/policy.d.ts", import.meta.url), head + text.trimEnd() + "\n");
