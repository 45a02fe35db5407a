//! The function as an operator sees it: its log, and its memory.

use admit_tests::{Bundle, Lambda, event, memory};
use serde_json::json;

#[test]
fn a_decision_is_one_line_without_values_of_the_person() {
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    lambda.invoke(event("sign-up.json"));
    let line = lambda.log_line();
    for (member, value) in [
        ("type", json!("decision")),
        ("requestId", json!("request-1")),
        ("triggerSource", json!("PreSignUp_SignUp")),
        ("userPoolId", json!("us-east-1_EXAMPLE")),
        ("answer", json!("admit")),
    ] {
        assert_eq!(line[member], value, "{member} in {line}");
    }
    let text = line.to_string();
    for value in ["mary", "Mary", "example.com", "2065550100"] {
        assert!(!text.contains(value), "{value} in {text}");
    }
    // The next line is the next decision: there is one a decision.
    lambda.invoke(event("sign-up-short-name.json"));
    let line = lambda.log_line();
    assert_eq!((&line["requestId"], &line["answer"]), (&json!("request-2"), &json!("deny")));
    assert_eq!(line["deniedBy"], "minimum-username-length");
    assert_eq!(line["policies"][2]["code"], "username-too-short");
}

/// At its peak, of which Lambda has to have more.
#[test]
fn the_function_needs_little_memory() {
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    for _ in 0..100 {
        lambda.invoke(event("sign-up.json"));
    }
    let peak = memory(lambda.process(), "VmHWM:");
    assert!(peak < 16_000_000, "{peak} bytes");
}
