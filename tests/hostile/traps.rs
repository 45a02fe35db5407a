//! Guests that crash.

use super::outcome::{check_refusal, traps};
use admit_tests::{Bundle, HostileRun, Lambda, component};

#[test]
fn unreachable() {
    traps("unreachable", "evaluate", "wasm `unreachable` instruction executed");
}

#[test]
fn unreachable_in_start() {
    traps("unreachable-in-start", "instantiate", "wasm `unreachable` instruction executed");
}

#[test]
fn unreachable_in_realloc() {
    traps("unreachable-in-realloc", "configure", "wasm `unreachable` instruction executed");
}

#[test]
fn unreachable_after_evaluate() {
    traps("unreachable-after-evaluate", "evaluate", "wasm `unreachable` instruction executed");
}

#[test]
fn divides_by_zero() {
    traps("divides-by-zero", "evaluate", "integer divide by zero");
}

#[test]
fn reads_out_of_bounds() {
    traps("reads-out-of-bounds", "evaluate", "out of bounds memory access");
}

#[test]
fn calls_nothing() {
    traps("calls-nothing", "evaluate", "uninitialized element");
}

#[test]
fn data_out_of_bounds() {
    traps("data-out-of-bounds", "instantiate", "out of bounds memory access");
}

/// A Rust policy that panics.
#[test]
fn puppet() {
    let puppet = component("puppet");
    let manifest = format!(
        "[[policy]]\nid = \"p\"\ncomponent = {puppet:?}\nreads = []\nverdicts = []\n\
         settings = {{ crash = \"a secret\" }}\n"
    );
    let bundle = Bundle::with(&manifest);
    let mut lambda = Lambda::start(&bundle.path());
    check_refusal(&lambda.invoke(HostileRun::sign_up("client")));
    assert_eq!(lambda.decision_line()["policies"][0]["kind"], "trap");
}

/// A Rust policy that comes to grief as its settings say.
#[test]
fn mishaps() {
    let manifest = format!(
        "[[policy]]\nid = \"p\"\ncomponent = {:?}\nreads = []\nverdicts = []\n\
         settings = {{ mishap = \"panic\" }}\n",
        component("mishaps")
    );
    let bundle = Bundle::with(&manifest);
    let mut lambda = Lambda::start(&bundle.path());
    check_refusal(&lambda.invoke(HostileRun::sign_up("client")));
    assert_eq!(lambda.decision_line()["policies"][0]["kind"], "trap");
}
