// Type-checks a policy, and looks for APIs that it does not have.

import { join } from "node:path";
import ts from "typescript";
import { lint } from "./lint.mjs";
import { NEVER_AWAITED, promises } from "./promises.mjs";
import { contract, finding, sdk, shown } from "./project.mjs";
import { usesOfFacts } from "./without-facts.mjs";

// Not the project's `tsconfig.json`, which is for editors: it might include the types of a browser or of Node.
const OPTIONS = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.es2024.string.d.ts"],
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
  paths: { "admit-policy": [join(sdk, "src/index.ts")] },
  strict: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  allowJs: true,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * Returns the findings about a policy, in the order of its files, and the files. If nothing is wrong,
 * it also returns warnings.
 */
export function check(entry, { withFacts = true } = {}) {
  const roots = [entry, join(sdk, "src/ambient.d.ts"), ...contract];
  const program = ts.createProgram(roots, OPTIONS);
  const checker = program.getTypeChecker();

  const own = program
    .getSourceFiles()
    .filter((file) => !program.isSourceFileDefaultLibrary(file) && !file.fileName.includes("/node_modules/"));
  const authored = own.filter((file) => !file.fileName.startsWith(`${sdk}/src/`));
  const found = [];
  for (const file of authored) {
    const uses = [...lint(file, checker, program), ...(withFacts ? [] : usesOfFacts(file, checker))];
    for (const { node, message } of uses) {
      found.push({ ...at(file, node.getStart(file), message), file, start: node.getStart(file), end: node.end });
    }
  }
  const linted = [...found];
  for (const { file, start = 0, messageText } of ts.getPreEmitDiagnostics(program)) {
    const message = ts.flattenDiagnosticMessageText(messageText, " ");
    // Where the lint says what to do instead, TypeScript's own sentence is noise.
    if (!linted.some((other) => other.file === file && other.start <= start && start < other.end)) {
      found.push(file ? at(file, start, message) : { path: "", line: 0, column: 0, text: message });
    }
  }
  const warnings = [];
  for (const file of found.length === 0 ? authored : []) {
    for (const node of promises(file, checker)) {
      warnings.push(at(file, node.getStart(file), `warning: ${NEVER_AWAITED}`));
    }
  }
  return { findings: inOrder(found), warnings: inOrder(warnings), inputs: own.map((file) => file.fileName) };
}

function inOrder(found) {
  return found
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line || a.column - b.column))
    .map(({ text }) => text);
}

/** Type-checks tests, which may use Node's APIs. */
export function checkTests(tests) {
  const program = ts.createProgram([...tests, ...contract], {
    ...OPTIONS,
    types: ["node"],
    typeRoots: [join(sdk, "node_modules/@types"), join(sdk, "../node_modules/@types")],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, " ");
    return file ? at(file, start ?? 0, message).text : message;
  });
}

function at(file, start, message) {
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return {
    path: shown(file.fileName),
    line,
    column: character,
    text: finding(file.fileName, line + 1, character + 1, message),
  };
}
