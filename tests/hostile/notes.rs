//! Guests that misuse the log.

use super::outcome::{TOO_MUCH_DATA, abstains, malformed, stands, traps};

#[test]
fn floods_log() {
    stands("floods-log", &abstains(), 1);
}

#[test]
fn floods_log_with_nothing() {
    stands("floods-log-with-nothing", &abstains(), 64);
}

#[test]
fn logs_too_much_at_once() {
    malformed("logs-too-much-at-once", "evaluate", TOO_MUCH_DATA);
}

#[test]
fn logs_invalid_utf8_in_start() {
    let reason = "invalid UTF sequence of N bytes from index N";
    malformed("logs-invalid-utf8-in-start", "instantiate", reason);
}

#[test]
fn logs_out_of_bounds() {
    malformed("logs-out-of-bounds", "evaluate", "string pointer/length out of bounds of memory");
}

#[test]
fn logs_at_no_level() {
    malformed("logs-at-no-level", "evaluate", "unexpected discriminant: N");
}

/// The level is a number of the guest's own choice, which could be a value of the person.
#[test]
fn logs_at_a_told_level() {
    malformed("logs-at-a-told-level", "evaluate", "unexpected discriminant: N");
}

#[test]
fn logs_invalid_utf8() {
    let reason = "invalid UTF sequence of N bytes from index N";
    malformed("logs-invalid-utf8", "evaluate", reason);
}

#[test]
fn logs_in_realloc() {
    traps("logs-in-realloc", "configure", "cannot leave component instance");
}

#[test]
fn logs_after_evaluate() {
    traps("logs-after-evaluate", "evaluate", "cannot leave component instance");
}

#[test]
fn logs_in_start() {
    stands("logs-in-start", &abstains(), 1);
}
