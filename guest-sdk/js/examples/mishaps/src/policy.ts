// Fails in the way that its settings name: for tests of what the host does about it.

import { allow, definePolicy, deny, log, object, type SignUp, string, type Verdict } from "admit-policy";

export default definePolicy({
  settings: object({
    mishap: string(),
  }),

  configure({ mishap }) {
    if (mishap === "settings-refused") {
      throw new Error("these settings are refused: ünïcödé ✓");
    }
    return MISHAPS.get(mishap) ?? allow;
  },

  evaluate(signUp, mishap) {
    return mishap(signUp);
  },
});

const MISHAPS = new Map<string, (signUp: SignUp) => Verdict>([
  ["error", () => {
    throw new Error("could not decide: ünïcödé ✓");
  }],
  ["panic", () => {
    throw new TypeError("unforeseen");
  }],
  ["loop", () => {
    for (;;);
  }],
  ["recursion", (signUp) => recurse(signUp, 0)],
  ["memory", () => {
    const blocks: number[][] = [];
    for (;;) {
      blocks.push(new Array<number>(10_000).fill(blocks.length));
    }
  }],
  ["log", () => {
    log.debug("at level debug");
    log.info("at level info");
    log.warn("at level warn");
    log.error("at level error");
    return allow();
  }],
  ["deny", () => deny("mishap", "Zażółć gęślą jaźń 🎉")],
  ["attributes", ({ attributes }) => deny("mishap", attributes.map(([name, value]) => `${name}=${value}`).join(", "))],
  // By a detour, since the build would refuse `Date.now()` and `Math.random()`.
  ["clock", () => deny("mishap", String(clock.now()))],
  ["random", () => deny("mishap", String(chance.random()))],
]);

const clock = Date;
const chance = Math;

function recurse(signUp: SignUp, depth: number): Verdict {
  const verdict = recurse(signUp, depth + 1);
  return depth < 0 ? allow() : verdict;
}
