//! Pure decisions: what a policy sees, the merge, the manifest.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on ends")]

use admit_benches::{SETS, event, samples, set};
use admit_cognito::Event;
use admit_core::{Ballot, Manifest, Outcome, Reads, Verdict, WhenNoPolicyApplies, decide};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

fn manifest(text: &str) -> Manifest {
    Manifest::from_toml("admit.toml", text).expect("a manifest")
}

/// The reads of AWS's first sample, or of a policy that sees everything.
#[divan::bench(args = ["two attributes", "everything"])]
fn project(bencher: Bencher<'_, '_>, reads: &str) {
    let event = event();
    let event = Event::parse(event.as_bytes()).expect("an event");
    let manifest = manifest(&samples(None));
    let reads = match reads {
        "everything" => Reads::everything(),
        _ => manifest.policies[0].reads.clone(),
    };
    bencher.bench(|| {
        black_box(&reads).project(black_box(event.sign_up()));
    });
}

/// This many policies that grant nothing and deny nothing.
#[divan::bench(args = SETS)]
fn merge(bencher: Bencher<'_, '_>, policies: usize) {
    let event = event();
    let event = Event::parse(event.as_bytes()).expect("an event");
    let outcome = |policy: admit_core::Policy| Outcome {
        policy: policy.id,
        terms: policy.terms,
        answer: Ok(Verdict::Allow(Ballot::default())),
    };
    let outcomes: Vec<Outcome> =
        manifest(&set(policies)).policies.into_iter().map(outcome).collect();
    bencher.bench(|| decide(event.sign_up(), black_box(&outcomes), WhenNoPolicyApplies::Admit));
}

/// From TOML to what the tool works with.
#[divan::bench(args = SETS)]
fn parse_manifest(bencher: Bencher<'_, '_>, policies: usize) {
    let text = set(policies);
    bencher.bench(|| manifest(black_box(&text)));
}
