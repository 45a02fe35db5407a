// Runs the tests of a project under plain Node: `src/*.test.ts` and the like.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { build as esbuild } from "esbuild";
import { checkTests } from "./check.mjs";
import { finding, Refusal, sdk } from "./project.mjs";

/** Checks and runs the tests of a folder; returns the findings, or the exit status. */
export async function test(folder) {
  const tests = testsIn(folder);
  if (tests.length === 0) {
    throw new Refusal("no tests: the names of their files end in `.test.ts` or `.test.js`");
  }
  const findings = checkTests(tests);
  if (findings.length > 0) {
    return { findings };
  }
  const output = mkdtempSync(join(packagesFor(folder), ".admit-policy-"));
  try {
    const names = tests.map((path, index) => `${index}-${basename(path).replace(/\.test\.[jt]s$/, "")}`);
    await esbuild({
      entryPoints: tests.map((path, index) => ({ in: path, out: names[index] })),
      outdir: output,
      outExtension: { ".js": ".mjs" },
      alias: { "admit-policy": join(sdk, "src/index.ts") },
      bundle: true,
      format: "esm",
      platform: "node",
      packages: "external",
      target: "node20",
      sourcemap: "inline",
      logLevel: "silent",
    });
    const files = names.map((name) => join(output, `${name}.mjs`));
    const args = ["--enable-source-maps", "--test", "--test-reporter=spec", ...files];
    const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
    return { findings: [], status: status ?? 1 };
  } catch (error) {
    if (!error.errors) {
      throw error;
    }
    return {
      findings: error.errors.map(({ text, location }) =>
        location ? finding(location.file, location.line, location.column + 1, text) : text,
      ),
    };
  } finally {
    rmSync(output, { recursive: true });
  }
}

/** A folder from which Node finds the packages of a project; any folder if it has none. */
function packagesFor(folder) {
  for (let above = resolve(folder); ; above = dirname(above)) {
    const packages = join(above, "node_modules");
    if (existsSync(packages)) {
      return packages;
    }
    if (above === dirname(above)) {
      return tmpdir();
    }
  }
}

function testsIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => /\.test\.[jt]s$/.test(path) && !path.split(/[\\/]/).includes("node_modules"))
    .sort()
    .map((path) => join(folder, path));
}
