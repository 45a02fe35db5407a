// Finds what a policy without facts cannot do.

import { join } from "node:path";
import ts from "typescript";
import { sdk } from "./project.mjs";

const NO_FACTS = "there are no facts: request them under `facts` in `policy.toml`";
const NO_LINK = "there is no vote on the link: add `link` to `verdicts`, and `facts`, in `policy.toml`";

/** Yields the uses of facts in a file, and of the vote on the link. */
export function* usesOfFacts(file, checker) {
  const isOf = (module, symbol) =>
    (symbol?.declarations ?? []).some((declaration) => declaration.getSourceFile().fileName === join(sdk, "src", module));

  const isFacts = ({ name }) => {
    const imported = checker.getAliasedSymbol(checker.getSymbolAtLocation(name));
    return isOf("facts.ts", imported) || isOf("user.ts", imported);
  };

  function* visit(node) {
    if (ts.isImportSpecifier(node) && !ts.isTypeOnlyImportDeclaration(node) && isFacts(node)) {
      yield { node, message: NO_FACTS };
    }
    if (ts.isPropertyAccessExpression(node) && isOf("link.ts", checker.getSymbolAtLocation(node.name))) {
      yield { node: node.name, message: NO_LINK };
    }
    if (ts.isCallExpression(node) && node.arguments[0]) {
      const called = checker.getResolvedSignature(node)?.declaration;
      if (called && isOf("policy-with-facts.ts", called.symbol)) {
        yield* thirdParameter(node.arguments[0]);
      }
    }
    const children = [];
    ts.forEachChild(node, (child) => {
      children.push(child);
    });
    for (const child of children) {
      yield* visit(child);
    }
  }

  function* thirdParameter(definition) {
    const evaluate = checker.getTypeAtLocation(definition).getProperty("evaluate");
    const [signature] = evaluate ? checker.getTypeOfSymbolAtLocation(evaluate, definition).getCallSignatures() : [];
    const parameter = signature?.parameters[2]?.valueDeclaration;
    if (parameter) {
      yield { node: parameter.getSourceFile() === file ? parameter : definition, message: NO_FACTS };
    }
  }

  yield* visit(file);
}
