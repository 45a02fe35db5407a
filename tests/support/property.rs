//! Properties of values that proptest makes, the same ones in each run.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::RefCell;

/// Checks a property of this many values, the same ones for the same seed. A value without the
/// property is simplified before it is shown.
pub fn check_property<S: Strategy>(
    seed: &str,
    cases: u32,
    strategy: &S,
    check: impl FnMut(S::Value),
) {
    let check = RefCell::new(check);
    let checked = runner(seed, cases).run(strategy, |value| {
        check.borrow_mut()(value);
        Ok(())
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
}

/// This many values, the same ones for the same seed.
pub(crate) fn values<S: Strategy>(seed: &str, count: usize, strategy: &S) -> Vec<S::Value> {
    let mut runner = runner(seed, 0);
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

fn runner(seed: &str, cases: u32) -> TestRunner {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(seed.bytes().cycle()).for_each(|(byte, letter)| *byte = letter);
    let rng = TestRng::from_seed(RngAlgorithm::XorShift, &bytes);
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 1_000, ..Config::default() };
    TestRunner::new_with_rng(config, rng)
}
