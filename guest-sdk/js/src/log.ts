// Notes for the operator of the host. A note may be cut or dropped where a policy
// writes too much. Never write what identifies a person.
//
// In a test the notes go to the standard error stream.

import type { Level } from "admit:policy/log@0.1.0";

/** Writes a note that is only of interest while a policy is being written. */
export function debug(note: string): void {
  sink("debug", cut(note));
}

/** Writes a note that is worth knowing. */
export function info(note: string): void {
  sink("info", cut(note));
}

/** Writes a note on something unusual that was handled. */
export function warn(note: string): void {
  sink("warn", cut(note));
}

/** Writes a note on something that should not have happened. */
export function error(note: string): void {
  sink("error", cut(note));
}

type Sink = (level: Level, note: string) => void;

let sink: Sink = (level, note) => console.error(`${level}: ${note}`);

/**
 * Sets the function that takes the notes.
 *
 * @internal
 */
export function writeTo(other: Sink): void {
  sink = other;
}

// The host keeps no more, and fails a policy that hands it much more at once.
const CHARACTERS = 16 << 10;

function cut(note: string): string {
  return String(note).slice(0, CHARACTERS).toWellFormed();
}
