// The shape of a policy's settings: the allowed values, and their type.

import { Decimal } from "./json.ts";

/** The shape of a value that becomes a `T`. */
export interface Shape<T> {
  /**
   * Reads a value, or throws an error that says what is wrong with it and where.
   *
   * @internal
   */
  read(value: unknown, path: string): T;
  /** @internal */
  readonly optional?: { readonly fallback: T };
}

/** The type of the settings that have a shape: `Settings<typeof shape>`. */
export type Settings<Of> = Of extends Shape<infer T> ? T : never;

/** A text. */
export function string({ notEmpty = false }: { notEmpty?: boolean } = {}): Shape<string> {
  return {
    read(value, path) {
      if (typeof value !== "string") {
        throw invalid(value, "a string", path);
      }
      if (notEmpty && value === "") {
        throw misfit("invalid value: an empty string", path);
      }
      return value;
    },
  };
}

/** `true` or `false`. */
export function boolean(): Shape<boolean> {
  return {
    read(value, path) {
      if (typeof value !== "boolean") {
        throw invalid(value, "a boolean", path);
      }
      return value;
    },
  };
}

/** A number. */
export function number({ min = -Infinity, max = Infinity }: { min?: number; max?: number } = {}): Shape<number> {
  return {
    read(value, path) {
      const number = value instanceof Decimal ? value.value : value;
      if (typeof number !== "number") {
        throw invalid(value, "a number", path);
      }
      return within(number, min, max, path);
    },
  };
}

/** A whole number, written without a fraction. */
export function integer({
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
}: { min?: number; max?: number } = {}): Shape<number> {
  return {
    read(value, path) {
      if (typeof value !== "number" || !Number.isInteger(value)) {
        throw invalid(value, "an integer", path);
      }
      return within(value, min, max, path);
    },
  };
}

/** One of a list of words. */
export function oneOf<const Word extends string>(...words: Word[]): Shape<Word> {
  return {
    read(value, path) {
      if (typeof value !== "string") {
        throw invalid(value, "a string", path);
      }
      if (!(words as string[]).includes(value)) {
        throw misfit(`unknown word \`${value}\`, ${expected(words)}`, path);
      }
      return value as Word;
    },
  };
}

/** A list whose entries have one shape. */
export function array<T>(of: Shape<T>, { notEmpty = false }: { notEmpty?: boolean } = {}): Shape<T[]> {
  return {
    read(value, path) {
      if (!Array.isArray(value)) {
        throw invalid(value, "a sequence", path);
      }
      if (notEmpty && value.length === 0) {
        throw misfit("invalid length 0, expected at least one entry", path);
      }
      return value.map((entry, index) => of.read(entry, `${path}[${index}]`));
    },
  };
}

/** A setting that may be left out; then it is the fallback. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined>;
export function optional<T>(shape: Shape<T>, fallback: T): Shape<T>;
export function optional<T>(shape: Shape<T>, fallback?: T): Shape<T | undefined> {
  return { read: shape.read, optional: { fallback } };
}

/** An object with these keys and no others. */
export function object<Fields extends Record<string, Shape<unknown>>>(
  fields: Fields,
): Shape<{ [Key in keyof Fields]: Settings<Fields[Key]> }> {
  const names = Object.keys(fields);
  return {
    read(value, path) {
      if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Decimal) {
        throw invalid(value, "an object", path);
      }
      for (const name of Object.keys(value)) {
        if (!Object.hasOwn(fields, name)) {
          throw misfit(`unknown field \`${name}\`, ${expected(names)}`, path);
        }
      }
      const settings: Record<string, unknown> = {};
      for (const name of names) {
        const field = fields[name]!;
        if (Object.hasOwn(value, name)) {
          const member = (value as Record<string, unknown>)[name];
          settings[name] = field.read(member, path === "" ? name : `${path}.${name}`);
        } else if (field.optional) {
          settings[name] = field.optional.fallback;
        } else {
          throw misfit(`missing field \`${name}\``, path);
        }
      }
      return settings as { [Key in keyof Fields]: Settings<Fields[Key]> };
    },
  };
}

function within(value: number, min: number, max: number, path: string): number {
  if (value < min || value > max) {
    const range = max === Infinity ? `at least ${min}` : `${min} to ${max}`;
    throw misfit(`invalid value: ${described(value)}, expected ${range}`, path);
  }
  return value;
}

function invalid(value: unknown, expected: string, path: string): Error {
  return misfit(`invalid type: ${described(value)}, expected ${expected}`, path);
}

function misfit(what: string, path: string): Error {
  return new Error(`the settings do not fit: ${path === "" ? "" : `\`${path}\`: `}${what}`);
}

function expected(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  if (quoted.length === 0) {
    return "there are no fields";
  }
  return quoted.length > 2 ? `expected one of ${quoted.join(", ")}` : `expected ${quoted.join(" or ")}`;
}

function described(value: unknown): string {
  if (value instanceof Decimal) {
    return `floating point \`${value.value}.0\``;
  }
  switch (typeof value) {
    case "string":
      return `string ${JSON.stringify(value)}`;
    case "number":
      return `${Number.isInteger(value) ? "integer" : "floating point"} \`${value}\``;
    case "boolean":
      return `boolean \`${value}\``;
    default:
      return value === null ? "null" : Array.isArray(value) ? "sequence" : "map";
  }
}
