// JSON, with the difference between `5` and `5.0`, which JavaScript's numbers hide.

/** A number that is written with a fraction or an exponent and is whole all the same, such as `5.0`. */
export class Decimal {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** Reads JSON; `5.0` becomes a {@link Decimal} if the engine hands over the source. */
export function parse(text: string): unknown {
  // Looking at every value takes time, so it is done only if there may be such a number.
  return /[0-9](?:\.0|[eE])/.test(text) ? JSON.parse(text, revive) : JSON.parse(text);
}

/** Not all engines hand over the source; without it `5.0` counts as `5`. */
export function revive(_: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  const hidden = typeof value === "number" && Number.isInteger(value) && source !== undefined && /[.eE]/.test(source);
  return hidden ? new Decimal(value) : value;
}
