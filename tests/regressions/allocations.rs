//! Allocations of a warm request.

use super::{SAMPLES, alone, subject};
use admit_tests::{Bundle, check_golden, root, stderr, stdout};

/// How often memory is asked for: for the decision alone, which is the engine's part of a
/// request, and for a whole request of the trigger, its record with it.
#[test]
fn a_request_allocates_as_often_as_it_did() {
    let mut table = format!("{:>8}  {:>7}\n", "decision", "request");
    let sample = Bundle::sample();
    let mut rows = vec![
        ("all three, admitted".to_owned(), count(&sample, "sign-up.json")),
        ("all three, denied".to_owned(), count(&sample, "sign-up-short-name.json")),
    ];
    for name in SAMPLES {
        rows.push((format!("{name} alone"), count(&alone(name), "sign-up.json")));
    }
    for (name, [decision, request]) in rows {
        table += &format!("{decision:>8}  {request:>7}  {name}\n");
    }
    check_golden("regressions/allocations.txt", &table);
}

fn count(bundle: &Bundle, event: &str) -> [u64; 2] {
    let event = root().join("tests/events").join(event);
    let output = subject().arg("allocations").arg(bundle.path()).arg(event).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stdout(&output);
    let counted = said.lines().last().unwrap();
    let numbers: Vec<u64> = counted.split(' ').map(|number| number.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}
