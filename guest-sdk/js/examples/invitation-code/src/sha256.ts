// SHA-256, as FIPS 180-4 has it.

const INITIAL = roots(8, 1 / 2);
const ROUND = roots(64, 1 / 3);

/** Returns the digest of some bytes, as eight words of 32 bits. */
export function sha256(bytes: readonly number[]): Int32Array {
  const blocks = padded(bytes);
  const digest = Int32Array.from(INITIAL);
  const w = new Int32Array(64);
  for (let block = 0; block < blocks.length; block += 16) {
    for (let t = 0; t < 16; t++) {
      w[t] = blocks[block + t]!;
    }
    for (let t = 16; t < 64; t++) {
      const near = w[t - 2]!;
      const far = w[t - 15]!;
      const s1 = rotated(near, 17) ^ rotated(near, 19) ^ (near >>> 10);
      const s0 = rotated(far, 7) ^ rotated(far, 18) ^ (far >>> 3);
      w[t] = s1 + w[t - 7]! + s0 + w[t - 16]!;
    }
    mix(digest, w);
  }
  return digest;
}

function mix(digest: Int32Array, w: Int32Array): void {
  let a = digest[0]!;
  let b = digest[1]!;
  let c = digest[2]!;
  let d = digest[3]!;
  let e = digest[4]!;
  let f = digest[5]!;
  let g = digest[6]!;
  let h = digest[7]!;
  for (let t = 0; t < 64; t++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[t]! + w[t]!) | 0;
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  digest[0]! += a;
  digest[1]! += b;
  digest[2]! += c;
  digest[3]! += d;
  digest[4]! += e;
  digest[5]! += f;
  digest[6]! += g;
  digest[7]! += h;
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The bytes, a one bit, zeros, and the length in bits, as words. */
function padded(bytes: readonly number[]): Int32Array {
  const words = new Int32Array(Math.ceil((bytes.length + 9) / 64) * 16);
  for (let index = 0; index <= bytes.length; index++) {
    words[index >> 2]! |= (bytes[index] ?? 0x80) << (24 - 8 * (index & 3));
  }
  words[words.length - 1] = bytes.length * 8;
  return words;
}

/** The first 32 bits of the fractions of the roots of the first primes. */
function roots(count: number, exponent: number): Int32Array {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number++) {
    if (primes.every((prime) => number % prime !== 0)) {
      primes.push(number);
    }
  }
  return Int32Array.from(primes, (prime) => (prime ** exponent % 1) * 2 ** 32);
}

/** The bytes of a text in UTF-8; the engine has no `TextEncoder`. */
export function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0)!;
    if (point < 0x80) {
      bytes.push(point);
    } else if (point < 0x800) {
      bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
      bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    } else {
      bytes.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 0x3f),
        0x80 | ((point >> 6) & 0x3f),
        0x80 | (point & 0x3f),
      );
    }
  }
  return bytes;
}
