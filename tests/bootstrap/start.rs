//! The start of the function, and what keeps it from starting.

use super::{PUBLIC_MESSAGE, check, error};
use admit_tests::{Answer, Bundle, Lambda, bootstrap, event, stdout};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Twenty that would compute for two seconds each are tried at the first sign-up.
#[test]
fn policies_that_hang_do_not_delay_the_start() {
    let hangs: String = (0..20)
        .map(|number| {
            format!(
                "[[policy]]\nid = \"hangs-{number}\"\ncomponent = \"loops-in-configure\"\n\
                 reads = []\nverdicts = []\non-failure = \"abstain\"\n\
                 applies-to = {{ clients = [\"another\"] }}\n\
                 limits = {{ time = \"2s\", fuel = 10_000_000_000 }}\n"
            )
        })
        .collect();
    let healthy = "[[policy]]\nid = \"healthy\"\ncomponent = \"grants-everything\"\nreads = []\n\
                   verdicts = [\"confirm\"]\n";
    let bundle = Bundle::unchecked(&(hangs + healthy)).unwrap();
    let mut lambda = Lambda::start(&bundle.path());
    let confirmed = event("sign-up.json").replacen("false", "true", 1);
    // Forty seconds would be more than the emulator waits.
    check(&lambda.invoke(event("sign-up.json")), &Answer::Response(confirmed));
}

#[test]
fn an_unreadable_bundle_is_an_init_error_with_a_reason() {
    let check_bundle = |bundle: &Path, reason: &str| {
        let mut lambda = Lambda::start(bundle);
        check(&lambda.init_error(), &error(PUBLIC_MESSAGE, "Admit.BundleError"));
        let line = lambda.log_line();
        assert_eq!(line["type"], "error");
        assert!(line["error"].as_str().unwrap().contains(reason), "{line}");
        assert_eq!(lambda.wait(), Some(1));
    };
    check_bundle(Path::new("/nowhere"), "cannot read the bundle's index `/nowhere/bundle.json`");
    let bundle = Bundle::sample();
    let index = bundle.path().join("bundle.json");
    let text = fs::read_to_string(&index).unwrap();
    let edited = text.replacen("\"deny\"", "\"abstain\"", 1);
    for (text, reason) in [
        ("", "is not a valid bundle index"),
        (&text[..text.len() / 2], "is not a valid bundle index"),
        (&edited, "its digest does not match its content"),
    ] {
        fs::write(&index, text).unwrap();
        check_bundle(&bundle.path(), reason);
    }
}

#[test]
fn the_bundle_is_beside_the_bootstrap_by_default() {
    let bundle = Bundle::sample();
    let moved = bundle.path().with_file_name("bootstrap");
    fs::copy(bootstrap(), &moved).unwrap();
    let mut lambda = Lambda::start_command(Command::new(moved));
    let all = event("sign-up.json").replace("false", "true");
    check(&lambda.invoke(event("sign-up.json")), &Answer::Response(all));
}

#[test]
fn outside_lambda_the_bootstrap_explains_itself() {
    let output = Command::new(bootstrap()).env_remove("AWS_LAMBDA_RUNTIME_API").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("this is the bootstrap of a Lambda function"));
}

#[test]
fn the_first_line_names_the_bundle_and_its_policies() {
    let bundle = Bundle::sample();
    let lambda = Lambda::start(&bundle.path());
    let line = lambda.any_log_line();
    assert_eq!(line["type"], "started");
    let policies = line["policies"].as_array().unwrap();
    let names: Vec<&str> = policies.iter().map(|p| p["policy"].as_str().unwrap()).collect();
    assert_eq!(names, ["email-domain", "verify-contact", "minimum-username-length"]);
    let index = bundle.path().join("bundle.json");
    let sum = Command::new("sha256sum").arg(index).output().unwrap();
    assert_eq!(line["bundle"], format!("sha256:{}", &stdout(&sum)[..64]));
}
