//! Cognito's JSON: an event in, a reply out.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on ends")]

use admit_benches::event;
use admit_cognito::{Event, Reply};
use admit_core::{Answer, Flags};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let event = event();
    bencher.bench(|| drop(Event::parse(black_box(event.as_bytes())).expect("an event")));
}

#[divan::bench]
fn reply(bencher: Bencher<'_, '_>) {
    let event = event();
    let event = Event::parse(event.as_bytes()).expect("an event");
    let answer = Answer::Admit(Flags::all(true).into());
    bencher.bench(|| Reply::new(black_box(&event), black_box(&answer)));
}
