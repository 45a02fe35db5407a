//! Variables whose names begin as those of `admit` do, and are none.

use admit_tests::{Bundle, Lambda, event};
use serde_json::Value;

#[test]
fn a_misspelt_variable_is_reported_with_the_right_name() {
    let bundle = Bundle::sample();
    let variables = [
        ("ADMIT_METRIC", "a-secret"),
        ("ADMIT_USERNAME_KEY", "a-secret"),
        ("ADMIT_BUNDEL", "a-secret"),
        ("ADMIT_LOG", "warn"),
        ("ADMITTED", "a-secret"),
    ];
    let mut lambda = Lambda::start_with(&bundle.path(), variables);
    lambda.invoke(event("sign-up.json"));
    let lines = lambda.end_log();
    let ignored = |line: &&Value| line["type"] == "ignored-variable";
    let said: Vec<(&str, &str)> = lines
        .iter()
        .filter(ignored)
        .map(|line| (line["variable"].as_str().unwrap(), line["expected"].as_str().unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            ("ADMIT_BUNDEL", "a known variable: the nearest is `ADMIT_BUNDLE`"),
            ("ADMIT_METRIC", "a known variable: the nearest is `ADMIT_METRICS`"),
            ("ADMIT_USERNAME_KEY", "a known variable: the nearest is `ADMIT_USER_NAME_KEY`"),
        ]
    );
    assert!(lines.iter().all(|line| !line.to_string().contains("a-secret")), "{lines:?}");
    assert_eq!(lines.last().unwrap()["type"], "decision");
}
