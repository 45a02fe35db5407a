//! Sandboxes: evaluations, whole decisions, and what it takes to load a bundle.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on ends")]

use admit_benches::{SAMPLES, SETS, bundle, event, interpreted_sample, list, samples, set};
use admit_cognito::Event;
use admit_engine::{Engine, PolicySet, bundle::load};
use divan::Bencher;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn main() {
    divan::main();
}

const LEFT: Duration = Duration::from_secs(4);

fn engine() -> Arc<Engine> {
    Arc::new(Engine::new(1).expect("an engine"))
}

fn loaded(bundle: &Path) -> PolicySet {
    load(engine(), bundle).expect("a bundle").0
}

/// Decides a sign-up again and again by what is in a bundle.
fn decide(bencher: Bencher<'_, '_>, bundle: &Path) {
    let policies = loaded(bundle);
    let event = event();
    let event = Event::parse(event.as_bytes()).expect("an event");
    for evaluation in policies.decide(event.sign_up(), LEFT).evaluations {
        evaluation.answer.expect("a verdict");
    }
    bencher.bench(|| policies.decide(event.sign_up(), LEFT));
}

/// One sample of AWS in a fresh sandbox, with what is around it in a decision.
#[divan::bench(args = SAMPLES)]
fn sample(bencher: Bencher<'_, '_>, name: &str) {
    decide(bencher, &bundle(name, &samples(Some(name))));
}

/// The first of them in TypeScript, and in Python: an interpreter in a fresh sandbox.
#[divan::bench(args = ["js", "python"])]
fn interpreted(bencher: Bencher<'_, '_>, sdk: &str) {
    decide(bencher, &bundle(sdk, &interpreted_sample(sdk)));
}

/// A decision of this many policies.
#[divan::bench(args = SETS)]
fn policies(bencher: Bencher<'_, '_>, count: usize) {
    decide(bencher, &bundle(&format!("set-{count}"), &set(count)));
}

/// The policy for long lists, with a number of entries in its settings.
#[divan::bench(args = [100, 100_000])]
fn blocked_email_domains(bencher: Bencher<'_, '_>, entries: usize) {
    decide(bencher, &bundle(&format!("list-{entries}"), &list(entries)));
}

/// From a folder to policies that are ready, in an engine that is there.
#[divan::bench(args = SETS)]
fn load_policies(bencher: Bencher<'_, '_>, count: usize) {
    let (engine, bundle) = (engine(), bundle(&format!("set-{count}"), &set(count)));
    bencher.bench(|| load(Arc::clone(&engine), &bundle).expect("a bundle"));
}

/// From nothing to a decision by AWS's three samples, the engine with it.
#[divan::bench]
fn first_decision(bencher: Bencher<'_, '_>) {
    let bundle = bundle("samples", &samples(None));
    let event = event();
    let event = Event::parse(event.as_bytes()).expect("an event");
    bencher.bench(|| loaded(&bundle).decide(event.sign_up(), LEFT));
}
