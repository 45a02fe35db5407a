//! `admit bench`: what policies cost, and whether that has risen.

use admit_tests::{admit, component, event, least_event, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Output;
use tempfile::TempDir;

/// A folder with a manifest of puppets, events and baselines.
struct Bench(TempDir);

impl Bench {
    fn of(puppets: &[(&str, &str)]) -> Bench {
        let bench = Bench(tempfile::tempdir().unwrap());
        bench.set(puppets);
        bench
    }

    /// Writes the manifest anew.
    fn set(&self, puppets: &[(&str, &str)]) {
        let puppet = component("puppet");
        let policy = |(id, rest): &(&str, &str)| {
            format!(
                "[[policy]]\nid = \"{id}\"\ncomponent = {puppet:?}\nreads = [\"userName\"]\n\
                 verdicts = [\"deny\"]\n{rest}\n"
            )
        };
        self.write("admit.toml", &puppets.iter().map(policy).collect::<String>());
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = admit();
        command.current_dir(self.0.path()).arg("bench").args(args);
        if !args.contains(&"--samples") {
            command.args(["--samples", "5"]);
        }
        command.output().unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--format", "json"]].concat());
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)))
    }
}

fn check(output: &Output, status: i32, words: &[&str]) {
    let said = format!("{}{}", stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(status), "{said}");
    for word in words {
        assert!(said.contains(word), "no `{word}` in {said}");
    }
}

const IDLE: (&str, &str) = ("idle", "");
const BUSY: (&str, &str) = ("busy", "settings = { spin = 1000 }");

/// Takes the more fuel, the longer the user name is.
const AT_LENGTH: (&str, &str) = ("at-length", "settings = { deny-at-length = true }");

#[test]
fn each_policy_has_a_row_for_each_step() {
    let bench = Bench::of(&[IDLE, BUSY]);
    let output = bench.run(&[]);
    check(&output, 0, &["5 decisions of `sample sign-up`"]);
    assert_eq!(stderr(&output), "");
    let said = stdout(&output);
    let firsts: Vec<&str> = said.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(firsts[..6], ["policy", "idle", "", "busy", "", "whole decision"], "{said}");
    let header: Vec<&str> = said.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(header, ["policy", "memory", "step", "fuel", "median", "p99"], "{said}");
}

#[test]
fn the_figures_are_those_of_an_evaluation_and_repeat() {
    let bench = Bench::of(&[IDLE, BUSY]);
    let sample = bench.write("sample.json", &event("sign-up.json"));
    let sample = sample.to_str().unwrap();
    let fuel = |figures: &Value| {
        let policies = figures["policies"].as_array().unwrap();
        let fuel = |policy: &Value, step: &str| policy[step]["fuel"][0].as_u64().unwrap();
        let step = |policy| (fuel(policy, "configure"), fuel(policy, "evaluate"));
        policies.iter().map(step).collect::<Vec<_>>()
    };
    let first = bench.json(&["--event", sample]);
    assert_eq!(fuel(&bench.json(&["--event", sample, "--samples", "50"])), fuel(&first));
    let mut eval = admit();
    eval.current_dir(bench.0.path()).args(["eval", sample, "--format", "json"]);
    let decision: Value = serde_json::from_slice(&eval.output().unwrap().stdout).unwrap();
    for (place, (configure, evaluate)) in fuel(&first).into_iter().enumerate() {
        assert!(configure > 0 && evaluate > 0);
        assert_eq!(decision["evaluations"][place]["fuel"], configure + evaluate);
        assert_eq!(decision["evaluations"][place]["memory"], first["policies"][place]["memory"]);
    }
    assert!(fuel(&first)[1].1 > fuel(&first)[0].1 + 1_000);
    for step in [&first["policies"][0]["configure"], &first["policies"][1]["evaluate"]] {
        let time = |name: &str| step[name].as_u64().unwrap();
        assert!((1..=time("p99Nanoseconds")).contains(&time("medianNanoseconds")), "{step}");
    }
    assert_eq!(first["samples"], 5);
    assert_eq!(first["events"][0]["name"], sample);
    assert_eq!(first["decision"]["fuel"][0], fuel(&first).iter().map(|(a, b)| a + b).sum::<u64>());
    for (member, begins) in [("admit", "0."), ("wasmtime", ""), ("format", "admit bench 1")] {
        assert!(first[member].as_str().unwrap().starts_with(begins), "{member}");
    }
    assert!(first["policies"][0]["component"].as_str().unwrap().starts_with("sha256:"));
}

#[test]
fn a_regression_in_fuel_is_found_and_nothing_else() {
    let bench = Bench::of(&[IDLE, BUSY]);
    check(&bench.run(&["--save", "was.json"]), 0, &[]);
    check(&bench.run(&["--baseline", "was.json"]), 0, &["\nno regression in fuel\n", "  =  "]);
    bench.set(&[IDLE, ("busy", "settings = { spin = 1010 }")]);
    let more = bench.run(&["--baseline", "was.json"]);
    check(&more, 3, &["\nbusy: evaluate takes ", " more than ", "\na regression in fuel\n"]);
    assert!(!stdout(&more).contains("idle: "), "{}", stdout(&more));
    let allowed = ["--baseline", "was.json", "--max-regression", "5"];
    check(&bench.run(&allowed), 0, &["no regression in fuel of more than 5 %"]);
    // Less is none, and is said.
    bench.set(&[IDLE, ("busy", "settings = { spin = 10 }")]);
    check(&bench.run(&["--baseline", "was.json"]), 0, &["  -"]);
    // Reading the settings is counted too.
    let settings = format!("settings = {{ deny = [\"no\", \"{}\"] }}", "x".repeat(100));
    bench.set(&[("idle", &settings), BUSY]);
    check(&bench.run(&["--baseline", "was.json"]), 3, &["\nidle: configure takes "]);
}

#[test]
fn a_comparison_is_part_of_the_json() {
    let bench = Bench::of(&[IDLE, BUSY]);
    check(&bench.run(&["--save", "was.json"]), 0, &[]);
    bench.set(&[IDLE, ("busy", "settings = { spin = 2000 }")]);
    let figures = bench.json(&["--baseline", "was.json"]);
    let comparison = &figures["comparison"];
    assert_eq!(comparison["maxRegression"], 0.0);
    assert_eq!(comparison["policies"][0]["evaluate"]["fuel"]["percent"], 0.0);
    let regression = &comparison["regressions"][0];
    assert_eq!(comparison["regressions"].as_array().unwrap().len(), 1, "{comparison}");
    assert_eq!(regression["policy"], "busy");
    assert_eq!(
        regression["now"],
        figures["policies"][1][regression["step"].as_str().unwrap()]["fuel"][0]
    );
    assert!(regression["was"].as_u64() < regression["now"].as_u64());
    // Two files that were saved differ in nothing but their times.
    let without_times = |name: &str| {
        bench.run(&["--save", name]);
        let text = fs::read_to_string(bench.0.path().join(name)).unwrap();
        text.lines().filter(|line| !line.contains("Nanoseconds")).collect::<String>()
    };
    assert_eq!(without_times("a.json"), without_times("b.json"));
}

#[test]
fn each_event_is_compared_by_itself() {
    let bench = Bench::of(&[AT_LENGTH]);
    let event = |length: usize| least_event(&format!("\"userName\":\"{}\",", "x".repeat(length)));
    bench.write("events/long.json", &event(200));
    bench.write("events/short.json", &event(1));
    bench.write("events/readme.txt", "no event");
    check(
        &bench.run(&["--event", "events", "--save", "was.json"]),
        0,
        &["5 decisions of 2 events"],
    );
    // One event more, and no regression: the others take what they took.
    bench.write("events/longer.json", &event(400));
    let output = bench.run(&["--event", "events", "--baseline", "was.json"]);
    check(&output, 0, &["events that are not in the baseline: `events/longer.json`\n"]);
    let output = bench.run(&["--event", "events/short.json", "--baseline", "was.json"]);
    check(&output, 0, &["events only in the baseline: `events/long.json`\n"]);
    let output = bench.run(&["--event", "events/longer.json", "--baseline", "was.json"]);
    check(&output, 1, &["other events, `events/long.json`, `events/short.json`: specify the same"]);
    // The worst event of a step is named.
    bench.set(&[("at-length", "settings = { deny-at-length = true, spin = 10 }")]);
    let output = bench.run(&["--event", "events", "--baseline", "was.json"]);
    let words =
        ["at-length: evaluate takes", "for `events/short.json`, and more for another event"];
    check(&output, 3, &words);
}

#[test]
fn policies_missing_on_one_side_are_named() {
    let bench = Bench::of(&[IDLE, BUSY]);
    check(&bench.run(&["--save", "was.json"]), 0, &[]);
    bench.set(&[IDLE, ("new", "")]);
    let words =
        ["policies that are not in the baseline: `new`\n", "policies only in the baseline: `busy`"];
    check(&bench.run(&["--baseline", "was.json"]), 0, &words);
    bench.set(&[("other", "")]);
    let words = ["error: the baseline has other policies, `idle`, `busy`"];
    check(&bench.run(&["--baseline", "was.json"]), 1, &words);
}

#[test]
fn a_policy_that_fails_is_not_reported_as_cheaper() {
    let bench = Bench::of(&[BUSY]);
    check(&bench.run(&["--save", "was.json"]), 0, &[]);
    bench.set(&[("busy", "settings = { crash = \"no\" }")]);
    let words = ["busy fails, for `sample sign-up`: ", "busy: evaluate takes an unknown amount"];
    check(&bench.run(&["--baseline", "was.json"]), 3, &words);
    bench.set(&[("busy", "settings = { spin = 100_000_000 }\nlimits = { fuel = 1_000_000 }")]);
    let words = ["stopped after 1,000,000 units of fuel", "busy: evaluate takes 99"];
    check(&bench.run(&["--baseline", "was.json"]), 3, &words);
}

#[test]
fn a_policy_that_is_not_asked_costs_nothing() {
    let bench =
        Bench::of(&[("elsewhere", "applies-to = { clients = [\"elsewhere0000000\"] }"), IDLE]);
    let figures = bench.json(&[]);
    let nothing = json!({ "fuel": [null] });
    assert_eq!(figures["policies"][0]["configure"], nothing);
    assert_eq!(figures["policies"][0]["evaluate"], nothing);
    assert!(figures["policies"][1]["evaluate"]["fuel"][0].as_u64() > Some(0));
    check(&bench.run(&[]), 0, &["elsewhere     ", "0B"]);
}

#[test]
fn one_policy_is_measured_with_what_it_asks_for() {
    let bench = Bench(tempfile::tempdir().unwrap());
    let policy = component("minimum-username-length");
    let policy = policy.to_str().unwrap();
    let output = bench.run(&[policy, "--settings", r#"{"characters": 8}"#]);
    check(&output, 0, &["\nminimum_username_length   64KiB  configure "]);
    assert!(!stdout(&output).contains("whole decision"), "{}", stdout(&output));
    check(
        &bench.run(&[policy, "--settings", r#"{"characters": "x"}"#]),
        1,
        &["the settings do not fit"],
    );
}

#[test]
fn inputs_that_cannot_be_measured_are_errors() {
    let bench = Bench::of(&[IDLE]);
    bench.write("text.json", "no JSON");
    bench.write("event.json", "{}");
    bench.write("newer.json", r#"{"format": "admit bench 2"}"#);
    bench.write("empty/readme.txt", "");
    check(&bench.run(&["--save", "was.json"]), 0, &[]);
    let was = fs::read_to_string(bench.0.path().join("was.json")).unwrap();
    let mut short: Value = serde_json::from_str(&was).unwrap();
    short["policies"][0]["evaluate"]["fuel"] = json!([]);
    bench.write("short.json", &short.to_string());
    let no_baseline =
        |name: &str| format!("`{name}` is not a baseline from `admit bench --save`: ");
    for (file, reason) in [
        ("text.json", "expected ident at line 1"),
        ("event.json", "missing `\"format\": \"admit bench 1\"`"),
        ("newer.json", "`format` must be `admit bench 1`, got `admit bench 2`"),
        ("short.json", "the lists `fuel` and `events` must have the same length"),
    ] {
        check(&bench.run(&["--baseline", file]), 1, &[&no_baseline(file), reason]);
    }
    let missing = "cannot read the baseline `missing.json`";
    check(&bench.run(&["--baseline", "missing.json"]), 1, &[missing]);
    check(&bench.run(&["--event", "text.json"]), 1, &["text.json"]);
    check(&bench.run(&["--event", "empty"]), 1, &["no events in `empty`"]);
    bench.write("none.toml", "");
    check(&bench.run(&["none.toml"]), 1, &["`none.toml` has no policies"]);
    fs::remove_file(bench.0.path().join("admit.toml")).unwrap();
    check(
        &bench.run(&[]),
        1,
        &["`admit.toml` not found in the current directory; specify a manifest"],
    );
}

#[test]
fn wrong_usage_has_its_own_status() {
    let bench = Bench::of(&[IDLE]);
    for args in [
        &["--settings", "{}"][..],
        &["--samples", "0"],
        &["--max-regression", "5"],
        &["--max-regression", "-1", "--baseline", "x"],
        &["--max-regression", "x", "--baseline", "x"],
        &["--nonsense"],
    ] {
        assert_eq!(bench.run(args).status.code(), Some(2), "{args:?}");
    }
}
