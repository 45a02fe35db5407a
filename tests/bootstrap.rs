//! The Lambda function itself, under a Runtime API: the release build, in a process of its
//! own, with bundles as `admit bundle` makes them.

use admit_tests::{
    Answer, Bundle, Lambda, admit, bootstrap, check_golden, event, memory, root, sample_manifest,
    stdout,
};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const PUBLIC_MESSAGE: &str = "The sign-up could not be checked, please try again later";

fn error(message: &str, kind: &str) -> Answer {
    Answer::Error(json!({ "errorType": kind, "errorMessage": message }).to_string())
}

/// Compares errors as JSON and responses as bytes.
fn check(answer: &Answer, expected: &Answer) {
    match (answer, expected) {
        (Answer::Error(answer), Answer::Error(expected)) => {
            let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(parse(answer), parse(expected));
        }
        _ => assert_eq!(answer, expected),
    }
}

#[test]
fn the_samples_of_aws_answer_as_aws_says() {
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
fn each_sample_answers_the_test_event_of_its_own() {
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
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    for entry in fs::read_dir(root().join("tests/events")).unwrap() {
        let path = entry.unwrap().path();
        let output =
            admit().args(["eval", "--manifest", "plugins/admit.toml"]).arg(&path).output().unwrap();
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
fn what_is_unknown_comes_back_in_its_place() {
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    let given = event("unknown-members.json");
    let expected = given
        .replace("\"autoConfirmUser\": false", "\"autoConfirmUser\": true")
        .replace("\"autoVerifyEmail\": false", "\"autoVerifyEmail\": true");
    check(&lambda.invoke(given), &Answer::Response(expected));
    let odd = r#"{"z":1.0e2,"a":[{ }],"userName":"mary_major","response":{"x":null},"a":"\u00e9"}"#;
    let flags = r#""autoConfirmUser":true,"autoVerifyEmail":false,"autoVerifyPhone":false"#;
    let expected = odd.replace("{\"x\":null}", &format!("{{\"x\":null,{flags}}}"));
    check(&lambda.invoke(odd), &Answer::Response(expected));
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
    // `sign-up-with-metadata` has another domain than its email address: nobody confirms.
    let given = event("sign-up-with-metadata.json");
    check(&lambda.invoke(given.clone()), &Answer::Response(given));
    let all = event("sign-up.json").replace("false", "true");
    check(&lambda.invoke(event("sign-up.json")), &Answer::Response(all));
}

#[test]
fn what_is_no_event_is_refused_and_the_next_one_decided() {
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    let invalid = error(PUBLIC_MESSAGE, "InvalidEvent");
    let other = event("sign-up.json").replace("PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp");
    for event in [
        &b"not JSON"[..],
        b"",
        b"null",
        b"7",
        b"\xff\xfe",
        b"{\"request\":[]}",
        b"{}",
        b"{\"userName\":\"mary_major\"}",
        other.as_bytes(),
    ] {
        check(&lambda.invoke(event), &invalid);
        let line = lambda.log_line();
        assert_eq!(line["type"], "invalid-event");
    }
    let all = event("sign-up.json").replace("false", "true");
    check(&lambda.invoke(event("sign-up.json")), &Answer::Response(all));
}

/// Whatever stands in an event, the answer is the event or an error, and the next sign-up
/// is decided.
#[test]
fn an_odd_event_is_decided_or_refused() {
    let bundle = Bundle::with(
        "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = [\"userName\", \
         \"userAttributes.*\", \"validationData.*\", \"clientMetadata.*\"]\n\
         verdicts = [\"confirm\"]\nlimits = { memory = \"64MiB\", fuel = 1_000_000_000, \
         time = \"1s\" }\nsettings = { confirm = \"grant\" }\n",
    );
    let mut lambda = Lambda::start(&bundle.path());
    let flags = r#""autoConfirmUser":true,"autoVerifyEmail":false,"autoVerifyPhone":false"#;
    let base = "\"triggerSource\":\"PreSignUp_SignUp\",\"callerContext\":{},";
    let with = |members: &str, flags: &str| format!("{{{base}{members}\"response\":{{{flags}}}}}");
    let large = "x".repeat(1_000_000);
    for members in [
        "\"request\":{},",
        "\"userName\":null,\"request\":{},",
        "\"userName\":7,\"request\":{},",
        "\"request\":{\"userAttributes\":null},\"triggersource\":7,",
        "\"request\":{\"userAttributes\":null,\"validationData\":null},",
        "\"request\":{\"userAttributes\":{\"email\":null,\"age\":7,\"x\":true}},",
        "\"request\":{\"clientMetadata\":{\"\":\"\"}},",
        &format!("\"unknown\":\"{large}\",\"request\":{{}},"),
        &format!("\"request\":{{\"clientMetadata\":{{\"large\":\"{large}\"}}}},"),
    ] {
        check(&lambda.invoke(with(members, "")), &Answer::Response(with(members, flags)));
    }
    let too_large = format!("{{\"unknown\":\"{}\"}}", "x".repeat(6 << 20));
    for event in [
        &too_large,
        "",
        "7",
        "\"text\"",
        "[]",
        "{",
        &with("", ""),
        &with("\"request\":null,", ""),
        &with("\"request\":7,", ""),
        &with("\"request\":{},", "").replace("\"callerContext\":{}", "\"callerContext\":[]"),
        &with("\"request\":{},", "").replace("\"response\":{}", "\"response\":[]"),
        &with("\"request\":{},\"userName\":\"a\",\"userName\":\"b\",", ""),
        &with("\"request\":{},\"triggerSource\":\"PreSignUp_SignUp\",", ""),
    ] {
        check(&lambda.invoke(event), &error(PUBLIC_MESSAGE, "InvalidEvent"));
    }
    let least = "\"request\":{},";
    check(&lambda.invoke(with(least, "")), &Answer::Response(with(least, flags)));
}

#[test]
fn the_same_event_gets_the_same_answer_each_time() {
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    let first = lambda.invoke(event("sign-up.json"));
    assert_eq!(lambda.invoke(event("sign-up.json")), first);
    assert_eq!(lambda.invoke(event("sign-up.json")), first);
}

const PUPPET: &str = "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = []\n\
                      verdicts = [\"deny\", \"confirm\"]\n";

#[test]
fn a_failure_is_answered_with_the_public_message() {
    for settings in ["fail = \"a secret\"", "crash = \"a secret\""] {
        let bundle = Bundle::with(&format!("{PUPPET}settings = {{ {settings} }}"));
        let mut lambda = Lambda::start(&bundle.path());
        check(&lambda.invoke(event("sign-up.json")), &error(PUBLIC_MESSAGE, "PolicyFailure"));
    }
}

#[test]
fn a_policy_that_does_not_end_is_stopped() {
    let spin = "settings = { spin = 1_000_000_000_000 }\n";
    let check_line = |lines: &str, time: Duration, kind: &str| {
        let bundle = Bundle::with(&format!("{PUPPET}{spin}{lines}"));
        let mut lambda = Lambda::start(&bundle.path());
        let answer = lambda.invoke_within(event("sign-up.json"), time);
        check(&answer, &error(PUBLIC_MESSAGE, "PolicyFailure"));
        let line = lambda.decision_line();
        assert_eq!(line["policies"][0]["kind"], kind, "{line}");
        assert_eq!(line["grounds"], "failure");
        // What a loop has used is known where fuel ended it, and not where a clock did.
        assert_eq!(line["policies"][0]["fuel"].is_null(), kind != "fuel", "{line}");
    };
    let five = Duration::from_secs(5);
    check_line("limits = { time = \"1s\" }", five, "fuel");
    check_line("limits = { fuel = 10_000_000_000, time = \"50ms\" }", five, "deadline");
    // Lambda's remaining time counts too, less what sending the answer takes.
    let limits = "limits = { fuel = 10_000_000_000, time = \"2s\" }";
    check_line(limits, Duration::from_millis(500), "budget");
    check_line(limits, Duration::ZERO, "budget");
}

#[test]
fn a_policy_that_cannot_be_loaded_fails_alone() {
    let manifest = fs::read_to_string(sample_manifest()).unwrap();
    let plugins = root().join("plugins");
    let manifest = manifest
        .replace("component = \"", &format!("component = \"{}/", plugins.display()))
        .replace("id = \"email-domain\"", "id = \"email-domain\"\non-failure = \"abstain\"");
    let name = plugins.join("email-domain");
    let all = event("sign-up.json").replace("false", "true");
    type Damage = fn(&Path);
    let damage: [(&str, Damage); 3] = [
        ("cannot read", |file| fs::remove_file(file).unwrap()),
        ("does not match its checksum", |file| {
            let mut bytes = fs::read(file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(file, bytes).unwrap();
        }),
        ("does not match its checksum", |file| {
            let bytes = fs::read(file).unwrap();
            fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
        }),
    ];
    for (reason, damage) in damage {
        let bundle = Bundle::with(&manifest);
        damage(&bundle.compiled(name.to_str().unwrap()));
        let mut lambda = Lambda::start(&bundle.path());
        let line = lambda.log_line();
        assert_eq!(
            (&line["type"], &line["policy"]),
            (&json!("not-loaded"), &json!("email-domain"))
        );
        assert!(line["reason"].as_str().unwrap().contains(reason), "{line}");
        check(&lambda.invoke(event("sign-up.json")), &Answer::Response(all.clone()));
    }

    // Settings that `configure` does not take, which `admit bundle` would have refused.
    for (lines, kind) in [
        ("component = \"puppet\"\nsettings = { refuse = \"a reason\" }", "settings-refused"),
        ("component = \"puppet\"\nsettings = { unknown = 1 }", "settings-refused"),
        ("component = \"loops-in-configure\"", "fuel"),
    ] {
        let manifest = format!(
            "[[policy]]\nid = \"broken\"\n{lines}\nreads = []\nverdicts = [\"deny\"]\n\
             on-failure = \"ON\"\nlimits = {{ time = \"2s\" }}\n\
             [[policy]]\nid = \"healthy\"\ncomponent = \"verify-contact\"\n\
             reads = [\"userAttributes.*\"]\n\
             verdicts = [\"confirm\", \"verify-email\", \"verify-phone\"]\n"
        );
        for on_failure in ["abstain", "deny"] {
            let bundle = Bundle::unchecked(&manifest.replace("ON", on_failure)).unwrap();
            let mut lambda = Lambda::start(&bundle.path());
            let line = lambda.log_line();
            assert_eq!(line["type"], "not-configured", "{line}");
            assert_eq!((&line["policy"], &line["level"]), (&json!("broken"), &json!("ERROR")));
            let expected = match on_failure {
                "abstain" => Answer::Response(all.clone()),
                _ => error(PUBLIC_MESSAGE, "PolicyFailure"),
            };
            check(&lambda.invoke(event("sign-up.json")), &expected);
            let record = lambda.decision_line();
            assert_eq!(record["policies"][0]["kind"], kind, "{record}");
        }
    }

    // With the default, `on-failure = "deny"`, nobody gets in without it.
    let bundle = Bundle::sample();
    fs::remove_file(bundle.compiled("email-domain")).unwrap();
    check(
        &Lambda::start(&bundle.path()).invoke(event("sign-up.json")),
        &error(PUBLIC_MESSAGE, "PolicyFailure"),
    );
}

/// Twenty that would compute for two seconds each are asked first when somebody signs up.
#[test]
fn a_start_is_not_kept_by_policies_that_hang() {
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
fn a_bundle_for_another_machine_fails_policy_by_policy() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    let other = if cfg!(target_arch = "x86_64") { "arm64" } else { "x86_64" };
    let status = admit()
        .args(["bundle", "--manifest", "plugins/admit.toml", "--target", other, "-o"])
        .arg(&bundle)
        .output()
        .unwrap()
        .status;
    assert!(status.success());
    let mut lambda = Lambda::start(&bundle);
    assert!(lambda.log_line()["reason"].as_str().unwrap().contains(other));
    check(&lambda.invoke(event("sign-up.json")), &error(PUBLIC_MESSAGE, "PolicyFailure"));
}

#[test]
fn a_bundle_that_cannot_be_read_is_an_init_error_that_says_why() {
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
        ("", "is not as `admit bundle` wrote it"),
        (&text[..text.len() / 2], "is not as `admit bundle` wrote it"),
        (&edited, "its digest does not match its content"),
    ] {
        fs::write(&index, text).unwrap();
        check_bundle(&bundle.path(), reason);
    }
}

#[test]
fn the_bundle_lies_beside_the_bootstrap_where_nothing_else_is_said() {
    let bundle = Bundle::sample();
    let moved = bundle.path().with_file_name("bootstrap");
    fs::copy(bootstrap(), &moved).unwrap();
    let mut lambda = Lambda::start_command(Command::new(moved));
    let all = event("sign-up.json").replace("false", "true");
    check(&lambda.invoke(event("sign-up.json")), &Answer::Response(all));
}

#[test]
fn outside_lambda_the_bootstrap_says_what_it_is() {
    let output = Command::new(bootstrap()).env_remove("AWS_LAMBDA_RUNTIME_API").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("this is the bootstrap of a Lambda function"));
}

#[test]
fn the_first_line_says_what_is_running() {
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

#[test]
fn one_line_a_decision_without_any_value_of_the_person() {
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

#[test]
fn a_managed_instance_is_served_many_requests_at_once() {
    let bundle = Bundle::sample();
    let mut command = Command::new(bootstrap());
    command.env("ADMIT_BUNDLE", bundle.path()).env("AWS_LAMBDA_MAX_CONCURRENCY", "8");
    let mut lambda = Lambda::start_command(command);
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
