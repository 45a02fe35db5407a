// Finds uses of APIs that would fail at a sign-up.

import { isBuiltin } from "node:module";
import ts from "typescript";

const PURE = "a verdict must depend on nothing but the settings and the sign-up";
const NO_CLOCK = `a policy has no clock: ${PURE}`;
const NO_RANDOMNESS = `a policy has no randomness: ${PURE}`;
const NO_NETWORK = "a policy has no network: put what it needs into the settings";
const NO_LATER = "nothing runs after `evaluate` has returned: compute the verdict at once";
const NO_NODE = "a policy does not run in Node: put what it needs into the settings";
const NO_CODE = "a policy cannot run code from a text: write a function";
const ABSENT = "the engine that runs policies does not have this";

const GLOBALS = new Map([
  ["performance", NO_CLOCK],
  ["Temporal", NO_CLOCK],
  ["crypto", NO_RANDOMNESS],
  ["fetch", NO_NETWORK],
  ["XMLHttpRequest", NO_NETWORK],
  ["WebSocket", NO_NETWORK],
  ["EventSource", NO_NETWORK],
  ["setTimeout", NO_LATER],
  ["setInterval", NO_LATER],
  ["setImmediate", NO_LATER],
  ["queueMicrotask", NO_LATER],
  ["process", NO_NODE],
  ["Buffer", `${NO_NODE}; for bytes take \`Uint8Array\``],
  ["require", "a policy is an ES module: write `import … from` at its top"],
  ["module", "a policy is an ES module: write `export default`"],
  ["__dirname", NO_NODE],
  ["__filename", NO_NODE],
  ["eval", NO_CODE],
  ["Intl", `${ABSENT}: compare and format by hand`],
  ["structuredClone", `${ABSENT}: copy with \`{ ...value }\` or \`[...list]\``],
  ["TextEncoder", `${ABSENT}: go through the characters with \`codePointAt\``],
  ["TextDecoder", `${ABSENT}: make characters with \`String.fromCodePoint\``],
  ["URL", `${ABSENT}: take the text apart with \`split\` or a regular expression`],
  ["URLSearchParams", `${ABSENT}: take the text apart with \`split\` or a regular expression`],
  ["Atomics", ABSENT],
  ["WebAssembly", ABSENT],
]);

const MEMBERS = new Map([
  ["Date.now", NO_CLOCK],
  ["Math.random", NO_RANDOMNESS],
]);

/** Yields the uses in a file of APIs that a policy does not have. */
export function* lint(file, checker, program) {
  const isGlobal = (identifier) => {
    const symbol = checker.getSymbolAtLocation(identifier);
    return (symbol?.declarations ?? []).every((declaration) => {
      const source = declaration.getSourceFile();
      return program.isSourceFileDefaultLibrary(source);
    });
  };

  function* visit(node) {
    const message = said(node, isGlobal);
    if (message) {
      yield { node, message };
    } else {
      for (const child of childrenOf(node)) {
        yield* visit(child);
      }
    }
  }
  yield* visit(file);
}

function childrenOf(node) {
  const children = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}

function said(node, isGlobal) {
  if (ts.isTypeNode(node)) {
    return undefined;
  }
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const from = node.moduleSpecifier;
    return from && ts.isStringLiteral(from) && isBuiltin(from.text) ? NO_NODE : undefined;
  }
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) {
    return NO_LATER;
  }
  if (ts.isFunctionLike(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)) {
    return NO_LATER;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return "a policy is built as one file: write `import … from` at the top";
  }
  if (ts.isNewExpression(node) && named(node.expression, "Date", isGlobal) && !node.arguments?.length) {
    return NO_CLOCK;
  }
  if (ts.isCallExpression(node) && named(node.expression, "Date", isGlobal)) {
    return NO_CLOCK;
  }
  if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && named(node.expression, "Function", isGlobal)) {
    return NO_CODE;
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const owner = node.expression;
    if (owner.text === "globalThis") {
      return GLOBALS.get(node.name.text);
    }
    const message = MEMBERS.get(`${owner.text}.${node.name.text}`);
    return message && isGlobal(owner) ? message : undefined;
  }
  if (ts.isIdentifier(node) && GLOBALS.has(node.text) && isUse(node) && isGlobal(node)) {
    return GLOBALS.get(node.text);
  }
  return undefined;
}

function named(expression, name, isGlobal) {
  return ts.isIdentifier(expression) && expression.text === name && isGlobal(expression);
}

/** Whether a name refers to a value, and is not the name of a member or of a declaration. */
function isUse(node) {
  const { parent } = node;
  if (ts.isTypeOfExpression(parent) || ts.isPartOfTypeNode(node)) {
    return false;
  }
  if (ts.isPropertyAccessExpression(parent)) {
    return parent.expression === node;
  }
  return !("name" in parent && parent.name === node) || ts.isShorthandPropertyAssignment(parent);
}
