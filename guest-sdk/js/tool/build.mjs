// Makes the component: one bundle of the policy and the SDK, in an engine without WASI.

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { componentize } from "componentize-qjs";
import { build as esbuild } from "esbuild";
import { check } from "./check.mjs";
import { entryOf, finding, Refusal, sdk } from "./project.mjs";

/** What is built for a policy without facts, which keeps the contract that it always had. */
const WITHOUT_FACTS = { version: "0.1.0", api: "without-facts.ts", exports: "component", from: "component.ts" };
const WITH_FACTS = {
  version: "0.2.0",
  api: "index.ts",
  exports: "componentWithFacts",
  from: "component-with-facts.ts",
};

/** Builds the policy of a folder, with or without facts; returns its findings and warnings. */
export async function build(folder, { output, inputs, facts = false }) {
  const target = facts ? WITH_FACTS : WITHOUT_FACTS;
  const entry = entryOf(folder);
  const checked = check(entry, { withFacts: facts });
  if (checked.findings.length > 0) {
    return checked;
  }
  const bundled = await bundle(entry, target);
  if (bundled.findings) {
    return bundled;
  }
  let component;
  try {
    ({ component } = await componentize({
      witPath: join(sdk, "wit", target.version),
      world: "policy",
      jsSource: bundled.source,
      stubWasi: true,
      sync: true,
      optSize: false,
      disableGc: true,
    }));
  } catch (error) {
    // The message begins with the tool's own output, which is empty.
    const message = error.message.replace(/^[:\s]+/, "").trimEnd();
    throw new Refusal(`the policy cannot be loaded: ${message}`);
  }
  writeFileSync(output, component);
  if (inputs) {
    const files = [...checked.inputs, ...bundled.inputs].map((path) => resolve(path));
    const own = [...new Set(files)].filter((path) => !path.includes("/node_modules/")).sort();
    // `admit` shows the warnings again when it does not build anew.
    writeFileSync(inputs, `${JSON.stringify({ files: own, warnings: checked.warnings }, null, 2)}\n`);
  }
  return checked;
}

async function bundle(entry, { version, api, exports, from }) {
  // The prelude comes first: the policy's modules run at import and must not see what it removes.
  const contents = `
    import ${JSON.stringify(join(sdk, "src/prelude.ts"))};
    import policy from ${JSON.stringify(entry)};
    import { ${exports} } from ${JSON.stringify(join(sdk, "src", from))};
    export const signUpPolicy = ${exports}(policy);
  `;
  try {
    const { outputFiles, metafile } = await esbuild({
      stdin: { contents, resolveDir: sdk, sourcefile: "component" },
      absWorkingDir: sdk,
      alias: {
        "admit-policy": join(sdk, "src", api),
        // The SDK imports it by one name, and the function is the same in each version.
        "admit:policy/log@0.1.0": `admit:policy/log@${version}`,
      },
      external: ["admit:*"],
      bundle: true,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      target: "es2023",
      charset: "utf8",
      minify: true,
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    const inputs = Object.keys(metafile.inputs).filter((path) => path !== "component");
    return { source: outputFiles[0].text, inputs: inputs.map((path) => resolve(sdk, path)) };
  } catch (error) {
    if (!error.errors) {
      throw error;
    }
    return {
      findings: error.errors.map(({ text, location }) =>
        location && location.file !== "component"
          ? finding(resolve(sdk, location.file), location.line, location.column + 1, text)
          : finding(entry, 1, 1, text),
      ),
    };
  }
}
