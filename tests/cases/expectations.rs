//! The expectations of a case, each met and each missed.

use super::{manifest, test, without_fuel};
use admit_tests::{check_golden, stderr, stdout};

/// One for each way in which a case can fail.
pub(super) const FAILING: &str = r#"
[[case]]
name = "admitted where a denial was expected"
event.clientId = "open000000000000"
deny = "closed"

[[case]]
name = "denied where admission was expected"
event.clientId = "closed0000000000"
confirm = true

[[case]]
name = "denied with another code"
event.clientId = "closed0000000000"
deny = "locked"

[[case]]
name = "denied by another policy"
event.clientId = "closed0000000000"
deny = "closed"
by = "granter"

[[case]]
name = "denied in other words"
event.clientId = "closed0000000000"
deny = "closed"
message = "Come back tomorrow"

[[case]]
name = "a flag that was not named"
event.clientId = "open000000000000"
admit = true

[[case]]
name = "a flag that was named and is not set"
event.clientId = "open000000000000"
confirm = true
verify-email = true

[[case]]
name = "another vote"
policy = "granter"
event.clientId = "open000000000000"
votes = { confirm = "withhold" }

[[case]]
name = "a vote that is not permitted"
policy = "verifier"
event.clientId = "verify0000000000"
votes = { verify-email = "grant" }

[[case]]
name = "a vote of who is not asked"
policy = "granter"
event.clientId = "elsewhere0000000"
votes = { confirm = "grant" }

[[case]]
name = "an answer where a failure was expected"
event.clientId = "open000000000000"
failure = "fuel"

[[case]]
name = "another failure"
event.clientId = "loop000000000000"
failure = "deadline"

[[case]]
name = "a failure where an answer was expected"
event.clientId = "crash00000000000"
admit = true

[[case]]
name = "more fuel than allowed"
event.clientId = "open000000000000"
confirm = true
max-fuel = 10

[[case]]
name = "fuel of a crashed policy"
event.clientId = "crash00000000000"
failure = "trap"
max-fuel = 1_000_000

[[case]]
name = "more memory than allowed"
event.clientId = "open000000000000"
confirm = true
max-memory = "32KiB"

[[case]]
name = "a policy that monitors counts for nothing"
event.clientId = "watched000000000"
deny = "seen"
"#;

#[test]
fn a_case_that_fails_says_why() {
    let folder = manifest(FAILING);
    let output = test(folder.path(), &[]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(3), String::new()));
    let text = stdout(&output);
    check_golden("cases-failed.txt", &without_fuel(&text));
    assert!(
        text.contains(&format!("\n0 passed, {} failed\n", FAILING.matches("[[case]]").count()))
    );
}

/// The same puppets, with expectations that are met.
pub(super) const PASSING: &str = r#"
[[case]]
name = "admitted with a flag"
event.clientId = "open000000000000"
confirm = true

[[case]]
name = "denied"
event.clientId = "closed0000000000"
deny = "closed"
by = "wall"
message = "Not today"

[[case]]
name = "no policy is asked"
event.clientId = "elsewhere0000000"
admit = true
max-fuel = 0

[[case]]
name = "a loop ends when its fuel does"
event.clientId = "loop000000000000"
failure = "fuel"
by = "looper"
max-fuel = 100_000

[[case]]
name = "a crash"
event.clientId = "crash00000000000"
failure = "trap"

[[case]]
name = "what a policy that monitors would say"
policy = "watcher"
event.clientId = "watched000000000"
deny = "seen"
"#;

#[test]
fn every_expectation_can_be_met() {
    let folder = manifest(PASSING);
    let output = test(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    check_golden("cases-passed.txt", &without_fuel(&stdout(&output)));
}
