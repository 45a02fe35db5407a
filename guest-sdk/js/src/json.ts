// JSON, with the one difference that JavaScript's numbers hide.

/** A number that is written with a fraction or an exponent and is whole all the same, such as `5.0`. */
export class Decimal {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** Reads JSON; what is written `5.0` becomes a {@link Decimal} where the engine tells. */
export function parse(text: string): unknown {
  // To look at every value takes a while, so only where such a number may be.
  return /[0-9](?:\.0|[eE])/.test(text) ? JSON.parse(text, revive) : JSON.parse(text);
}

/** Not all engines hand over the source; without it `5.0` counts as `5`. */
export function revive(_: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  const hidden = typeof value === "number" && Number.isInteger(value) && source !== undefined && /[.eE]/.test(source);
  return hidden ? new Decimal(value) : value;
}
