import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "admit-policy-tool-"));
after(() => rmSync(folder, { recursive: true }));

let projects = 0;

function run(command: string, files: Record<string, string>, ...args: string[]) {
  const project = join(folder, String(++projects));
  mkdirSync(join(project, "src"), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(project, "src", name), text);
  }
  const tool = ["bin/admit-policy-js.mjs", command, project, ...args];
  const { status, stderr } = spawnSync(process.execPath, tool, { encoding: "utf8" });
  return { status, stderr: stderr.replaceAll(`${project}/`, "") };
}

/** A policy with expressions in it: each has a line, from 3 on, and begins in column 3. */
const withExpressions = (...expressions: string[]) => `import { allow, definePolicy } from "admit-policy";
const values: unknown[] = [
${expressions.map((expression) => `  ${expression},\n`).join("")}];
export default definePolicy({ evaluate: () => (values.length === 0 ? allow().confirm() : allow()) });
`;

test("finds what a policy has not, and says what to do", () => {
  const rows = [
    ["Date.now()", "a policy has no clock"],
    ["new Date()", "a policy has no clock"],
    ["new Date", "a policy has no clock"],
    ["Date()", "a policy has no clock"],
    ["performance", "a policy has no clock"],
    ["Math.random()", "a policy has no randomness"],
    ["crypto", "a policy has no randomness"],
    ["fetch", "a policy has no network"],
    ["globalThis.fetch", "a policy has no network"],
    ["setTimeout", "nothing runs after `evaluate` has returned"],
    ["async () => 1", "nothing runs after `evaluate` has returned"],
    ["process", "a policy does not run in Node"],
    ["Buffer", "a policy does not run in Node"],
    ["require", "a policy is an ES module"],
    ['import("./other.ts")', "a policy is built as one file"],
    ['eval("1")', "a policy cannot run code from a text"],
    ['new Function("return 1")', "a policy cannot run code from a text"],
    ["Intl", "the engine that runs policies does not have this"],
    ["structuredClone", "the engine that runs policies does not have this"],
    ["URL", "the engine that runs policies does not have this"],
    ["TextEncoder", "the engine that runs policies does not have this"],
  ];
  const expressions = rows.map(([expression]) => expression!);
  const { status, stderr } = run("check", { "policy.ts": withExpressions(...expressions) });
  assert.equal(status, 1);
  const lines = stderr.trimEnd().split("\n");
  assert.equal(lines.length, rows.length, stderr);
  for (const [index, [expression, expected]] of rows.entries()) {
    assert.ok(lines[index]?.startsWith(`src/policy.ts:${index + 3}:3: ${expected}`), `${expression}: ${lines[index]}`);
  }
});

test("finds them in JavaScript too, and an import of Node's", () => {
  const source = 'import { readFileSync } from "node:fs";\nexport default [readFileSync, Date.now()];\n';
  const { status, stderr } = run("check", { "policy.js": source });
  assert.equal(status, 1);
  assert.match(stderr, /^src\/policy\.js:1:1: a policy does not run in Node.*\nsrc\/policy\.js:2:31: a policy has no clock.*\n$/);
});

test("leaves alone what a policy has", () => {
  const expressions = [
    "new Date(0).toISOString()",
    'Date.parse("2020-01-01")',
    "Math.max(1, 2)",
    'console.log("note")',
    '((fetch: number) => fetch)(1)',
    "({ process: 1 }).process",
    '"a".normalize("NFC").toWellFormed()',
    "[3, 1].toSorted()",
  ];
  const { status, stderr } = run("check", { "policy.ts": withExpressions(...expressions) });
  assert.equal(`${status}${stderr}`, "0");
});

test("warns of a promise, which nothing awaits", () => {
  const promises = `
import { allow, definePolicy } from "admit-policy";
import { later, type Job } from "./later.ts";
export default definePolicy({
  evaluate(signUp) {
    Promise.resolve(1).then(() => later());
    void later();
    const kept = new Promise<number>((resolve) => resolve(1));
    const some = [later(), kept];
    const job: Job = { then: (text) => text };
    job.then("text");
    JSON.parse("{}").then(() => 1);
    return some.length > 1 && signUp.userName !== "" ? allow() : allow().confirm();
  },
});
`;
  const later = `export interface Job { then(text: string): string }
export function later(): Promise<number> | undefined {
  return Promise.reject(1);
}
`;
  const { status, stderr } = run("check", { "policy.ts": promises, "later.ts": later });
  assert.equal(status, 0);
  const expected = ["later.ts:3:10", "policy.ts:6:5", "policy.ts:7:10", "policy.ts:8:18", "policy.ts:9:19"].map(
    (place) => `src/${place}: warning: nothing awaits this promise, and nothing runs after \`evaluate\` has returned: compute the value at once`,
  );
  assert.deepEqual(stderr.trimEnd().split("\n"), expected);
});

test("warns in JavaScript too, and builds", () => {
  const output = join(folder, "warned.wasm");
  const inputs = join(folder, "warned.json");
  const source = `import { allow, definePolicy } from "admit-policy";
export default definePolicy({
  evaluate() {
    Promise.resolve().then(() => {
      throw new Error("lost");
    });
    return allow();
  },
});
`;
  const { status, stderr } = run("build", { "policy.js": source }, "--output", output, "--inputs", inputs);
  assert.equal(status, 0);
  assert.match(stderr, /^src\/policy\.js:4:5: warning: nothing awaits this promise, .*\n$/);
  const { warnings } = JSON.parse(readFileSync(inputs, "utf8")) as { warnings: string[] };
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /src\/policy\.js:4:5: warning: /);
});

test("checks types", () => {
  const { status, stderr } = run("check", { "policy.ts": withExpressions("allow(1)") });
  assert.equal(status, 1);
  assert.equal(stderr, "src/policy.ts:3:9: Expected 0 arguments, but got 1.\n");
});

test("says that there is no policy", () => {
  const { status, stderr } = run("check", {});
  assert.equal(status, 1);
  assert.match(stderr, /^no policy in `.*`: `src\/policy\.ts` and `src\/policy\.js` are missing\n$/);
});

test("builds a component, and lists what went in", () => {
  const output = join(folder, "policy.wasm");
  const inputs = join(folder, "inputs.json");
  const files = { "policy.ts": 'export { default } from "./other.ts";\n', "other.ts": withExpressions("1") };

  assert.deepEqual(run("build", files, "--output", output, "--inputs", inputs), { status: 0, stderr: "" });
  // The magic number of a component, which a core module has not.
  assert.equal(readFileSync(output).subarray(0, 8).toString("hex"), "0061736d0d000100");
  const { files: listed, warnings } = JSON.parse(readFileSync(inputs, "utf8")) as Record<string, string[]>;
  assert.deepEqual(warnings, []);
  for (const path of ["/src/policy.ts", "/src/other.ts", "/src/component.ts"]) {
    assert.ok(listed!.some((input) => input.endsWith(path)), path);
  }
});

test("says why a policy cannot be loaded", () => {
  const hidden = "const clock = Date;\nexport const at = clock.now();\n";
  for (const [files, expected] of [
    [{ "policy.js": "export default 1;\n" }, /^the policy cannot be loaded: [^:].*exports no policy/s],
    [{ "policy.js": `${hidden}export default at;\n` }, /a policy has no clock/],
    [{ "policy.js": 'import "absent";\nexport default 1;\n' }, /^src\/policy\.js:1:8: .*absent/],
  ] as const) {
    const { status, stderr } = run("build", files, "--output", join(folder, "none.wasm"));
    assert.equal(status, 1);
    assert.match(stderr, expected);
  }
});

const linking = `import { allow, definePolicy, Facts, type User } from "admit-policy";
export const made = Facts.of();
export default definePolicy({
  evaluate(signUp, settings, facts) {
    const user: User | null = facts.user("user");
    return user ? allow().link(signUp, user, "email") : allow().withholdLink();
  },
});
`;

test("builds a policy with facts where it is told to", () => {
  const output = join(folder, "linking.wasm");
  assert.deepEqual(run("check", { "policy.ts": linking }), { status: 0, stderr: "" });
  const built = run("build", { "policy.ts": linking }, "--facts", "--output", output);
  assert.deepEqual(built, { status: 0, stderr: "" });
  const component = readFileSync(output).toString("latin1");
  assert.ok(component.includes("admit:policy/sign-up-policy@0.2.0") && component.includes("admit:policy/log@0.2.0"));
  assert.ok(!component.includes("@0.1.0"));
});

test("says that a policy without facts uses them", () => {
  const noFacts = "there are no facts: request them under `facts` in `policy.toml`";
  const noLink = "there is no vote on the link: add `link` to `verdicts`, and `facts`, in `policy.toml`";
  const { status, stderr } = run("build", { "policy.ts": linking }, "--output", join(folder, "none.wasm"));
  assert.equal(status, 1);
  const expected = [
    `1:31: ${noFacts}`,
    `4:30: ${noFacts}`,
    `6:27: ${noLink}`,
    `6:65: ${noLink}`,
  ];
  assert.deepEqual(stderr.trimEnd().split("\n"), expected.map((text) => `src/policy.ts:${text}`));
  const script = `import { allow, definePolicy } from "admit-policy";
const evaluate = (signUp, settings, facts) => (facts.user("user") ? allow() : allow());
export default definePolicy({ evaluate });
`;
  const built = run("build", { "policy.js": script }, "--output", join(folder, "none.wasm"));
  assert.deepEqual(built, { status: 1, stderr: `src/policy.js:2:37: ${noFacts}\n` });
});
