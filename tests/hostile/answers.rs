//! Guests whose answers break the contract, exceed a limit, or claim what they were not granted.

use super::outcome::{TOO_MUCH_DATA, abstains, malformed, stands};
use admit_tests::{Answer, Bundle, HostileRun, Lambda, component};
use serde_json::{Value, json};

#[test]
fn denies_with_1_mb() {
    malformed("denies-with-1-mb", "evaluate", TOO_MUCH_DATA);
}

#[test]
fn denies_with_4_gib() {
    malformed("denies-with-4-gib", "evaluate", "string pointer/length out of bounds of memory");
}

#[test]
fn fails_with_1_mb() {
    malformed("fails-with-1-mb", "evaluate", TOO_MUCH_DATA);
}

#[test]
fn denies_in_invalid_utf8() {
    let reason = "invalid UTF sequence of N bytes from index N";
    malformed("denies-in-invalid-utf8", "evaluate", reason);
}

#[test]
fn denies_out_of_bounds() {
    malformed("denies-out-of-bounds", "evaluate", "string pointer/length out of bounds of memory");
}

#[test]
fn answers_misaligned() {
    malformed("answers-misaligned", "evaluate", "return pointer not aligned");
}

#[test]
fn answers_out_of_bounds() {
    malformed("answers-out-of-bounds", "evaluate", "pointer out of bounds of memory");
}

#[test]
fn answers_no_result() {
    malformed("answers-no-result", "evaluate", "invalid expected discriminant");
}

#[test]
fn answers_no_verdict() {
    malformed("answers-no-verdict", "evaluate", "unexpected discriminant: N");
}

#[test]
fn votes_for_nothing_known() {
    malformed("votes-for-nothing-known", "evaluate", "unexpected discriminant: N");
}

#[test]
fn reallocs_out_of_bounds() {
    malformed("reallocs-out-of-bounds", "configure", "realloc return: beyond end of memory");
}

#[test]
fn reallocs_misaligned() {
    malformed("reallocs-misaligned", "evaluate", "realloc return: result not aligned");
}

#[test]
fn grants_everything() {
    let manifest = "[[policy]]\nid = \"p\"\ncomponent = \"grants-everything\"\nreads = []\n\
                    verdicts = [\"verify-email\"]\n";
    let bundle = Bundle::unchecked(manifest).unwrap();
    let mut lambda = Lambda::start(&bundle.path());
    let event = HostileRun::sign_up("client");
    assert_eq!(lambda.invoke(event.clone()), Answer::Response(event));
    let vote = |flag, counted: Value| {
        let mut vote = json!({ "flag": flag, "vote": "grant" });
        vote.as_object_mut().unwrap().extend(counted.as_object().unwrap().clone());
        vote
    };
    let not_permitted = json!({ "counted": false, "because": "not-permitted" });
    let votes = json!([
        vote("confirm", not_permitted.clone()),
        vote("verify-email", json!({ "counted": true })),
        vote("verify-phone", not_permitted),
    ]);
    assert_eq!(lambda.decision_line()["policies"][0]["votes"], votes);
}

/// The person signing up reads one printable line.
#[test]
fn the_message_of_a_denial_is_one_printable_line() {
    let long = "x".repeat(60_000);
    let cut = "x".repeat(256);
    for (said, shown) in [
        ("Too short\r\n{\"type\":\"decision\"}", "Too short {\"type\":\"decision\"}"),
        ("\u{1b}[31mred", "[31mred"),
        ("abc\u{202e}gpj.exe\u{2066}\u{200b}", "abcgpj.exe"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        (&long, &cut),
        ("", "The sign-up was denied"),
        (" \n\t ", "The sign-up was denied"),
    ] {
        let puppet = component("puppet");
        let settings = json!({ "deny": [said, said] });
        let manifest = format!(
            "[[policy]]\nid = \"p\"\ncomponent = {puppet:?}\nreads = []\nverdicts = [\"deny\"]\n\
             limits = {{ host-call = \"1MiB\" }}\nsettings.deny = {}\n",
            settings["deny"],
        );
        let bundle = Bundle::with(&manifest);
        let mut lambda = Lambda::start(&bundle.path());
        let Answer::Error(answer) = lambda.invoke(HostileRun::sign_up("client")) else { panic!() };
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer, json!({ "errorType": "SignUpDenied", "errorMessage": shown }));
        let line = lambda.decision_line();
        let code = line["policies"][0]["code"].as_str().unwrap();
        assert!(code.len() <= 64 && code.chars().all(|c| c.is_ascii_graphic()), "{code}");
    }
}

#[test]
fn counts_sign_ups() {
    let first = json!([{ "flag": "confirm", "vote": "grant", "counted": true }]);
    stands("counts-sign-ups", &json!({ "opinion": "allow", "votes": first }), 0);
}

#[test]
fn finds_others_memory() {
    stands("finds-others-memory", &abstains(), 0);
}
