// Denies sign-ups without a valid invitation code, of which the settings hold digests only.

import { sha256 } from "@noble/hashes/sha2.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { allow, array, definePolicy, deny, object, optional, type SignUp, string } from "admit-policy";

export default definePolicy({
  settings: object({
    // The key under which the code comes, in the validation data or in the client metadata.
    key: optional(string(), "invitation-code"),
    // The SHA-256 digests of the valid codes, in hexadecimal.
    sha256: array(string()),
  }),

  configure(settings) {
    if (settings.key === "") {
      throw new Error("`key` is empty");
    }
    const digests = settings.sha256.map((text, index) => {
      // The entry itself is not shown: it might be a code by mistake.
      if (!/^[0-9A-Fa-f]{64}$/.test(text)) {
        throw new Error(`\`sha256\`: entry ${index + 1} is not a digest of 64 hexadecimal digits`);
      }
      return hexToBytes(text);
    });
    return { key: settings.key, digests };
  },

  evaluate(signUp, { key, digests }) {
    const code = codeOf(signUp, key);
    if (code === undefined) {
      return deny("invitation-required", "An invitation code is required to sign up");
    }
    if (!isAmong(digests, sha256(utf8(code)))) {
      return deny("invitation-unknown", "This invitation code is not valid");
    }
    return allow();
  },
});

/**
 * The code of a sign-up. The validation data is meant for it and comes first; to
 * try both would give two guesses to one sign-up.
 */
function codeOf(signUp: SignUp, key: string): string | undefined {
  return trimmed(signUp.validationData(key)) ?? trimmed(signUp.clientMetadata(key));
}

/** A text without white space around it, unless nothing is left. */
function trimmed(text = ""): string | undefined {
  // Not `trim`, which leaves a next-line character and takes a byte order mark away.
  return /\P{White_Space}(?:.*\P{White_Space})?/su.exec(text)?.[0];
}

/** The bytes of a text in UTF-8; the engine has no `TextEncoder`. */
function utf8(text: string): Uint8Array {
  const bytes = encodeURIComponent(text).match(/%..|./g) ?? [];
  return Uint8Array.from(bytes, (byte) =>
    byte.startsWith("%") ? parseInt(byte.slice(1), 16) : byte.charCodeAt(0),
  );
}

/**
 * Compares with every digest to the end: how long it takes does not tell how close
 * a guess was.
 */
function isAmong(digests: readonly Uint8Array[], digest: Uint8Array): boolean {
  let found = 0;
  for (const valid of digests) {
    let difference = 0;
    for (let index = 0; index < digest.length; index++) {
      difference |= valid[index]! ^ digest[index]!;
    }
    // 1 if there is no difference, else 0, without a branch.
    found |= ((difference | -difference) >>> 31) ^ 1;
  }
  return found === 1;
}
