// Makes the component: one bundle of the policy and the SDK, in an engine without WASI.

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { componentize } from "componentize-qjs";
import { build as esbuild } from "esbuild";
import { check } from "./check.mjs";
import { entryOf, finding, Refusal, sdk } from "./project.mjs";

/** Builds the policy of a folder; returns its findings and warnings. */
export async function build(folder, { output, inputs }) {
  const entry = entryOf(folder);
  const checked = check(entry);
  if (checked.findings.length > 0) {
    return checked;
  }
  const bundled = await bundle(entry);
  if (bundled.findings) {
    return bundled;
  }
  let component;
  try {
    ({ component } = await componentize({
      witPath: join(sdk, "wit/0.1.0"),
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

async function bundle(entry) {
  // The prelude comes first: the policy's modules run at import and must not see what it removes.
  const contents = `
    import ${JSON.stringify(join(sdk, "src/prelude.ts"))};
    import policy from ${JSON.stringify(entry)};
    import { component } from ${JSON.stringify(join(sdk, "src/component.ts"))};
    export const signUpPolicy = component(policy);
  `;
  try {
    const { outputFiles, metafile } = await esbuild({
      stdin: { contents, resolveDir: sdk, sourcefile: "component" },
      absWorkingDir: sdk,
      alias: { "admit-policy": join(sdk, "src/index.ts") },
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
