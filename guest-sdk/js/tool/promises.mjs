// Finds promises: a policy cannot await one, and what is left to it never runs.

import ts from "typescript";

export const NEVER_AWAITED =
  "nothing awaits this promise, and nothing runs after `evaluate` has returned: compute the value at once";

/** Yields the expressions in a file that make a promise, as far as the types say so. */
export function* promises(file, checker) {
  function* visit(node) {
    // What a promise is made from, such as the calls before a `then`, is part of the same mistake.
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && isPromise(checker.getTypeAtLocation(node), checker)) {
      yield node;
      return;
    }
    const children = [];
    ts.forEachChild(node, (child) => {
      children.push(child);
    });
    for (const child of children) {
      yield* visit(child);
    }
  }
  yield* visit(file);
}

/** Whether a type, or a member of a union, has a method `then` that takes a function. */
function isPromise(type, checker) {
  if (type.isUnion()) {
    return type.types.some((member) => isPromise(member, checker));
  }
  // A value of the type `any` may be anything, and is not reported.
  const then = checker.getPropertyOfType(checker.getApparentType(type), "then");
  const signatures = then ? checker.getTypeOfSymbol(then).getCallSignatures() : [];
  return signatures.some(({ parameters: [first] }) => {
    const taken = first && checker.getNonNullableType(checker.getTypeOfSymbol(first));
    const kinds = taken?.isUnion() ? taken.types : [taken];
    return kinds.some((kind) => kind?.getCallSignatures().length > 0);
  });
}
