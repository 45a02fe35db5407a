//! `admit eval`: the main job, from a manifest and an event to an answer.

use admit_tests::{
    admit, check_golden, component, event, least_event, root, sample_manifest,
    sample_of_components, stderr, stdout,
};
use std::fs;
use std::io::Write;
use std::process::{Output, Stdio};

fn eval(args: &[&str]) -> Output {
    admit().arg("eval").args(args).output().expect("admit runs")
}

fn eval_sample(event: &str, args: &[&str]) -> Output {
    let event = format!("tests/events/{event}");
    eval(&[&["--manifest", "plugins/admit.toml"], args, &[event.as_str()]].concat())
}

#[test]
fn the_answer_is_the_event_with_its_flags() {
    let output = eval_sample("sign-up.json", &[]);
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
    let expected = event("sign-up.json").replace("false", "true");
    assert_eq!(stdout(&output).trim_end(), expected.trim_end());
}

#[test]
fn a_denial_is_an_error_with_its_own_status() {
    for name in ["sign-up-short-name.json", "console-short-name.json"] {
        let output = eval_sample(name, &[]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        let expected = serde_json::json!({
            "errorMessage":
                "Cannot register users with username less than the minimum length of 5",
            "errorType": "SignUpDenied",
        });
        assert_eq!(answer, expected, "{name}");
    }
}

#[test]
fn every_recorded_event_is_decided() {
    for entry in std::fs::read_dir(root().join("tests/events")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let manifest = sample_of_components();
        let manifest = manifest.to_str().unwrap();
        let event = format!("tests/events/{name}");
        let output = eval(&["--manifest", manifest, &event, "--format", "json"]);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{name}: {}", stderr(&output));
        let decision: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(decision["policies"].as_array().unwrap().len(), 3, "{name}");
    }
}

#[test]
fn an_event_comes_from_standard_input_too() {
    let mut child = admit()
        .args(["eval", "--manifest", "plugins/admit.toml", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let given = least_event("\"userName\":\"mary_major\",");
    child.stdin.take().unwrap().write_all(given.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let flags = r#""autoConfirmUser":true,"autoVerifyEmail":false,"autoVerifyPhone":false"#;
    let given = given.strip_suffix('}').unwrap();
    let expected = format!("{given},\"response\":{{{flags}}}}}\n");
    assert_eq!(stdout(&output), expected);
}

#[test]
fn without_a_manifest_the_one_in_this_folder_is_read() {
    let output = admit()
        .current_dir(root().join("plugins"))
        .args(["eval", "../tests/events/sign-up.json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn one_policy_is_tried_out_without_a_manifest() {
    let policy = component("minimum-username-length");
    let policy = policy.to_str().unwrap();
    let event = "tests/events/sign-up.json";
    let check = |settings: &str, status| {
        let output = eval(&["--policy", policy, "--settings", settings, event]);
        assert_eq!(output.status.code(), Some(status), "{settings}: {}", stderr(&output));
    };
    check("{}", 0);
    check(r#"{"characters": 10}"#, 0);
    check(r#"{"characters": 11}"#, 3);
    check(r#"{"characters": "x"}"#, 1);
    check("no JSON", 2);
}

#[test]
fn the_explanation_names_the_policy_and_its_reason() {
    for name in ["sign-up", "sign-up-short-name", "sign-up-with-metadata", "admin-create-user"] {
        let output = eval_sample(&format!("{name}.json"), &["--explain"]);
        check_golden(&format!("explain-{name}.txt"), &without_times(&stdout(&output)));
    }
}

#[test]
fn the_explanation_says_what_a_policy_that_monitors_would_change() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("admit.toml");
    let puppet = component("puppet");
    let explain = |settings: &str| {
        let monitored = format!(
            "[[policy]]\nid = \"watcher\"\ncomponent = {puppet:?}\nreads = []\n\
             verdicts = [\"deny\", \"confirm\"]\nmode = \"monitor\"\n\
             settings = {{ {settings} }}\n"
        );
        fs::write(&manifest, monitored).unwrap();
        let manifest = manifest.to_str().unwrap();
        let event = "tests/events/sign-up.json";
        let output = eval(&["--manifest", manifest, event, "--explain"]);
        assert_eq!(output.status.code(), Some(0));
        let said = stdout(&output);
        assert!(said.ends_with("\nadmitted, no flag set\n"), "{said}");
        let line = said.lines().find(|line| line.starts_with("watcher: monitored"));
        line.expect("a line about it").to_owned()
    };
    assert_eq!(
        explain("deny = [\"no\", \"Not today\"]"),
        "watcher: monitored; if enforced: denied by watcher: Not today"
    );
    assert_eq!(
        explain("confirm = \"grant\""),
        "watcher: monitored; if enforced: admitted: confirm"
    );
    let nothing = "watcher: monitored; if enforced: no change";
    assert_eq!(explain("confirm = \"withhold\""), nothing);
}

#[test]
fn the_whole_decision_is_one_json_object() {
    let output = eval_sample("sign-up-short-name.json", &["--format", "json"]);
    let mut decision: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    for cost in decision["evaluations"].as_array_mut().unwrap() {
        assert!(cost["microseconds"].as_u64().unwrap() > 0);
        cost["microseconds"] = 0.into();
    }
    let text = serde_json::to_string_pretty(&decision).unwrap() + "\n";
    check_golden("decision.json", &text);
}

#[test]
fn wrong_usage_has_its_own_status() {
    for args in [&[][..], &["--explain"], &["--settings", "{}", "x.json"], &["--nonsense", "x"]] {
        assert_eq!(eval(args).status.code(), Some(2), "{args:?}");
    }
}

/// The fuel of a policy is the same each time: it is what a budget can be tested with.
#[test]
fn fuel_is_the_same_each_time() {
    let fuel = || {
        let output = eval_sample("sign-up.json", &["--format", "json"]);
        let decision: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        let costs = decision["evaluations"].as_array().unwrap().clone();
        costs.iter().map(|cost| cost["fuel"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let first = fuel();
    assert!(first.iter().all(|fuel| *fuel > 0));
    assert_eq!(fuel(), first);
}

#[test]
fn the_sample_manifest_is_where_the_readme_says() {
    assert!(sample_manifest().is_file());
}

/// Times differ from run to run, and the width of their column with them.
fn without_times(table: &str) -> String {
    let line = |line: &str| match line.strip_suffix(" µs") {
        Some(row) => {
            let row = row.trim_end_matches(|c: char| c.is_ascii_digit());
            format!("{}  … µs\n", row.trim_end())
        }
        None if line.starts_with("policy ") => {
            format!("{}  time\n", line.trim_end_matches("time").trim_end())
        }
        None => format!("{line}\n"),
    };
    table.lines().map(line).collect()
}
