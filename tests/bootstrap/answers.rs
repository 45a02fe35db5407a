//! Answers to sign-ups, as AWS documents them and as `admit eval` gives them.

use super::{check, error};
use admit_tests::{
    Answer, Bundle, Lambda, admit, check_golden, event, root, sample_manifest,
    sample_of_components, stdout,
};
use std::fs;

#[test]
fn the_samples_answer_as_aws_documents() {
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    let too_short = error(
        "Cannot register users with username less than the minimum length of 5",
        "SignUpDenied",
    );
    let all = event("sign-up.json").replace("false", "true");
    check(&lambda.invoke(event("sign-up.json")), &Answer::Response(all));
    check(&lambda.invoke(event("sign-up-short-name.json")), &too_short);
    check(&lambda.invoke(event("console-short-name.json")), &too_short);
    // AWS's other two test events have no user name, which is too short as well.
    check(&lambda.invoke(event("console-domain.json")), &too_short);
    check(&lambda.invoke(event("console-verify-all.json")), &too_short);
}

/// Each of AWS's samples alone, on the test event that AWS gives for it.
#[test]
fn each_sample_answers_its_own_test_event() {
    let manifest = fs::read_to_string(sample_manifest()).unwrap();
    let policies: Vec<&str> = manifest.split("[[policy]]").skip(1).collect();
    for (policy, event_name) in policies.iter().zip(["domain", "verify-all", "short-name"]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("admit.toml");
        let plugins = root().join("plugins");
        let component = format!("component = \"{}/", plugins.display());
        fs::write(&path, format!("[[policy]]{}", policy.replace("component = \"", &component)))
            .unwrap();
        let bundle = Bundle::of(&path);
        let mut lambda = Lambda::start(&bundle.path());
        let answer = match lambda.invoke(event(&format!("console-{event_name}.json"))) {
            Answer::Response(text) | Answer::Error(text) => text,
            Answer::Nothing => panic!("no answer to {event_name}"),
        };
        check_golden(&format!("console-{event_name}.answer.json"), &answer);
    }
}

/// The function and the command line tool share the code that decides.
#[test]
fn the_tool_answers_what_the_function_answers() {
    let (bundle, manifest) = (Bundle::sample(), sample_of_components());
    let mut lambda = Lambda::start(&bundle.path());
    for entry in fs::read_dir(root().join("tests/events")).unwrap() {
        let path = entry.unwrap().path();
        let output =
            admit().args(["eval", "--manifest"]).args([&manifest, &path]).output().unwrap();
        let printed = stdout(&output);
        match lambda.invoke(fs::read(&path).unwrap()) {
            Answer::Response(response) => {
                assert_eq!(output.status.code(), Some(0));
                assert_eq!(response.trim_end(), printed.trim_end());
            }
            Answer::Error(error) => {
                assert_eq!(output.status.code(), Some(3));
                check(&Answer::Error(error), &Answer::Error(printed));
            }
            Answer::Nothing => panic!("no answer to {}", path.display()),
        }
    }
}

#[test]
fn no_verify_flag_is_set_without_confirm() {
    let manifest = fs::read_to_string(sample_manifest()).unwrap();
    let plugins = root().join("plugins");
    let manifest = manifest
        .replace("component = \"", &format!("component = \"{}/", plugins.display()))
        .replace(&format!("\"{}/verify-contact\"", plugins.display()), "\"puppet\"")
        .replace(
            "verdicts = [\"confirm\", \"verify-email\", \"verify-phone\"]",
            "verdicts = [\"confirm\", \"verify-email\", \"verify-phone\"]\n\
             settings = { verify-email = \"grant\", verify-phone = \"grant\" }",
        );
    let bundle = Bundle::with(&manifest);
    let mut lambda = Lambda::start(&bundle.path());
    // `sign-up-with-metadata` has another domain than its email address: no policy confirms.
    let given = event("sign-up-with-metadata.json");
    check(&lambda.invoke(given.clone()), &Answer::Response(given));
    let all = event("sign-up.json").replace("false", "true");
    check(&lambda.invoke(event("sign-up.json")), &Answer::Response(all));
}

#[test]
fn the_same_event_gets_the_same_answer_each_time() {
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    let first = lambda.invoke(event("sign-up.json"));
    assert_eq!(lambda.invoke(event("sign-up.json")), first);
    assert_eq!(lambda.invoke(event("sign-up.json")), first);
}

#[test]
fn a_managed_instance_is_served_many_requests_at_once() {
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start_many(&bundle.path(), 8);
    let (good, short) = (event("sign-up.json"), event("sign-up-short-name.json"));
    let all = Answer::Response(good.replace("false", "true"));
    let events = (0..200).map(|index| if index % 2 == 0 { good.as_str() } else { short.as_str() });
    for (index, answer) in lambda.invoke_all(events).iter().enumerate() {
        match index % 2 {
            0 => assert_eq!(*answer, all, "{index}"),
            _ => assert!(matches!(answer, Answer::Error(_)), "{index}: {answer:?}"),
        }
    }
}
