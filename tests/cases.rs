//! `admit test`: cases of a policy and of a manifest, in the real sandbox.

use admit_tests::{admit, check_golden, component, root, stderr, stdout};
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SAMPLES: [&str; 6] = [
    "blocked-email-domains",
    "email-domain",
    "identity-providers",
    "invitation-code",
    "minimum-username-length",
    "verify-contact",
];

/// Runs `admit test` in a folder.
fn test(folder: &Path, args: &[&str]) -> Output {
    admit().current_dir(folder).arg("test").args(args).output().expect("admit runs")
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let output = test(folder, &[args, &["--format", "json"]].concat());
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// A folder with a manifest of puppets, and these cases.
fn manifest(cases: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let policy = |id: &str, guest: &str, client: &str, more: &str| {
        let component = component(guest);
        format!(
            "[[policy]]\nid = \"{id}\"\ncomponent = {component:?}\nreads = [\"userName\"]\n\
             verdicts = [\"deny\", \"confirm\"]\napplies-to.clients = [{client}]\n{more}\n"
        )
    };
    let manifest = [
        policy(
            "granter",
            "puppet",
            "\"open000000000000\", \"closed0000000000\"",
            "settings.confirm = \"grant\"",
        ),
        policy(
            "wall",
            "puppet",
            "\"closed0000000000\"",
            "settings.deny = [\"closed\", \"Not today\"]",
        ),
        policy("verifier", "puppet", "\"verify0000000000\"", "settings.verify-email = \"grant\""),
        policy("crasher", "puppet", "\"crash00000000000\"", "settings.crash = \"on purpose\""),
        policy("looper", "loops-in-evaluate", "\"loop000000000000\"", "limits.fuel = 100_000"),
        policy(
            "watcher",
            "puppet",
            "\"watched000000000\"",
            "settings.deny = [\"seen\", \"I saw you\"]\nmode = \"monitor\"",
        ),
    ];
    fs::write(folder.path().join("admit.toml"), manifest.concat()).unwrap();
    fs::write(folder.path().join("cases.toml"), cases).unwrap();
    folder
}

/// The text without what another version of Rust would change.
fn without_fuel(text: &str) -> String {
    let of_a_case = |line: &&str| line.starts_with("ok ") || line.starts_with("FAILED ");
    let line = |line: &str| match Some(line).filter(of_a_case).and_then(|l| l.strip_suffix(" fuel"))
    {
        Some(row) => {
            let row = row.trim_end_matches(|c: char| c.is_ascii_digit() || c == ',' || c == '-');
            format!("{}  … fuel\n", row.trim_end())
        }
        None => match line.split_once("used ") {
            Some((before, after)) if after.starts_with(|c: char| c.is_ascii_digit()) => {
                let after = after.split_once(' ').map_or(after, |(_, after)| after);
                format!("{before}used … {after}\n")
            }
            _ => format!("{line}\n"),
        },
    };
    text.lines().map(line).collect()
}

#[test]
fn the_cases_of_every_sample_pass() {
    for sample in SAMPLES {
        let output = test(root(), &[&format!("plugins/{sample}")]);
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
        assert!(stdout(&output).contains(" passed, 0 failed\n"), "{}", stdout(&output));
    }
    for path in ["plugins", "plugins/admit.toml"] {
        let output = test(root(), &[path]);
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    }
}

/// Every code that a sample's source names is the answer to one of its cases.
#[test]
fn the_cases_of_every_sample_reach_all_its_codes() {
    for sample in SAMPLES {
        let results = json(root(), &[&format!("plugins/{sample}")]);
        let covered = &results["coverage"]["policies"][0];
        let Some(declared) = covered["denials"]["declared"].as_array() else { continue };
        assert_eq!(covered["denials"]["tested"].as_array(), Some(declared), "{sample}");
        assert_eq!(covered["denials"]["seen"].as_array(), Some(declared), "{sample}");
    }
}

/// One for each way in which a case can fail.
const FAILING: &str = r#"
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
name = "fuel that nobody knows"
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

/// The same puppets, as they are: whatever a case can expect is met.
const PASSING: &str = r#"
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
name = "nobody is asked"
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
fn whatever_can_be_expected_can_be_met() {
    let folder = manifest(PASSING);
    let output = test(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    check_golden("cases-passed.txt", &without_fuel(&stdout(&output)));
}

#[test]
fn junit_is_read_by_others() {
    for (cases, failures) in [(PASSING, 0), (FAILING, FAILING.matches("[[case]]").count())] {
        let folder = manifest(cases);
        let text = stdout(&test(folder.path(), &["--format", "junit"]));
        let report = Report::deserialize_from_str(&text).unwrap();
        let count = cases.matches("[[case]]").count();
        assert_eq!((report.tests, report.failures, report.errors), (count, failures, 0));
        let suite = &report.test_suites[0];
        assert_eq!(suite.name.as_str(), "cases.toml");
        for case in &suite.test_cases {
            assert!(cases.contains(&format!("name = {:?}", case.name.as_str())));
            assert!(case.extra["line"].as_str().parse::<usize>().unwrap() > 0);
            let kind = match &case.status {
                TestCaseStatus::NonSuccess { kind, message, .. } => {
                    assert!(message.as_ref().is_some_and(|text| !text.as_str().is_empty()));
                    Some(*kind)
                }
                _ => None,
            };
            assert_eq!(kind, (failures > 0).then_some(NonSuccessKind::Failure));
        }
    }
}

#[test]
fn json_has_everything() {
    let folder = manifest(FAILING);
    let results = json(folder.path(), &["--filter", "more fuel"]);
    assert_eq!(results["failed"], 1);
    assert_eq!(results["leftOut"], FAILING.matches("[[case]]").count() - 1);
    let case = &results["cases"][0];
    let line = 1 + FAILING.lines().position(|line| line.contains("more fuel")).unwrap();
    assert_eq!(case["line"], line - 1);
    assert_eq!(case["outcome"], "failed");
    assert_eq!(case["expected"], "admitted: confirm");
    assert_eq!(case["got"], "admitted: confirm");
    assert_eq!(case["maxFuel"], 10);
    let difference = &case["differences"][0];
    assert_eq!(
        (&difference["about"], case["differences"].as_array().unwrap().len()),
        (&"fuel".into(), 1)
    );
    assert_eq!(case["policies"][0]["policy"], "granter");
    assert_eq!(case["notAsked"].as_array().unwrap().len(), 5);
}

/// What a case costs is what `admit eval` says, and the same each time.
#[test]
fn fuel_is_that_of_eval_and_does_not_flicker() {
    let results = || json(root(), &["plugins"]);
    let first = results();
    assert_eq!(first, results());
    let case = &first["cases"][0];
    assert_eq!(case["name"], "a sign-up at the expected domain gets every flag");
    let output = admit()
        .args(["eval", "--manifest", "plugins/admit.toml", "--format", "json"])
        .arg("tests/events/sign-up.json")
        .output()
        .unwrap();
    let decision: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let evaluations = decision["evaluations"].as_array().unwrap();
    let fuel: u64 = evaluations.iter().map(|cost| cost["fuel"].as_u64().unwrap()).sum();
    assert_eq!(case["fuel"].as_u64(), Some(fuel));
}

#[test]
fn a_filter_chooses_cases_by_name() {
    let folder = manifest(PASSING);
    let output = test(folder.path(), &["--filter", "a "]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("\n4 passed, 0 failed, 2 left out\n"), "{}", stdout(&output));
    let output = test(folder.path(), &["--filter", "nothing like it"]);
    assert_eq!(output.status.code(), Some(1));
    let said = "error: no case of `cases.toml` has `nothing like it` in its name\n";
    assert_eq!(stderr(&output), said);
}

/// A policy without metadata is tried with everything; one with it sees what it asks for.
#[test]
fn a_component_is_tried_with_what_it_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let cases = folder.path().join("other.toml");
    fs::write(
        &cases,
        "[[case]]\nname = \"a\"\nevent.userName = \"al\"\ndeny = \"username-too-short\"\n",
    )
    .unwrap();
    let minimum = component("minimum-username-length");
    let args = [minimum.to_str().unwrap(), "--cases", cases.to_str().unwrap()];
    let output = test(root(), &args);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("denial codes: 1 of 1\n"), "{}", stdout(&output));
}

#[test]
fn what_makes_no_sense_is_shown_in_its_line() {
    let case = "[[case]]\nname = \"a\"\n";
    for (name, more) in [
        ("nothing-expected", "max-fuel = 7"),
        ("contradiction", "deny = \"closed\"\nconfirm = true"),
        ("misspelt-member", "admit = true\nevent = { username = \"al\" }"),
        ("no-event-file", "admit = true\nevent = \"nowhere.json\""),
        ("event-no-json", "admit = true\nevent = \"admit.toml\""),
        ("settings-of-a-manifest", "admit = true\nsettings = { characters = 5 }"),
        ("votes-of-many", "votes = { confirm = \"grant\" }"),
        ("unknown-policy", "policy = \"nobody\"\nadmit = true"),
        ("doubled-name", "admit = true\n[[case]]\nname = \"a\"\nadmit = true"),
    ] {
        let folder = manifest(&format!("{case}{more}\n"));
        let output = test(folder.path(), &[]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), String::new()), "{name}");
        check_golden(&format!("errors/cases-{name}.txt"), &stderr(&output));
    }
}

#[test]
fn without_cases_it_says_what_to_write() {
    let folder = manifest(PASSING);
    fs::remove_file(folder.path().join("cases.toml")).unwrap();
    let output = test(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    check_golden("errors/cases-missing.txt", &stderr(&output));
    // What it says is what works.
    let (_, example) =
        stderr(&output).split_once("such as\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let minimum = component("minimum-username-length");
    fs::write(folder.path().join("cases.toml"), example).unwrap();
    let output = test(folder.path(), &[minimum.to_str().unwrap(), "--cases", "cases.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// `admit test --watch` in a process of its own.
struct Watched {
    child: Child,
    /// What it writes to standard output.
    results: Receiver<String>,
    /// What it says on the terminal.
    said: Receiver<String>,
}

impl Watched {
    fn start(folder: &Path) -> Watched {
        let mut command = admit();
        command.current_dir(folder).args(["test", "--watch"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let results = lines(child.stdout.take().unwrap());
        let said = lines(child.stderr.take().unwrap());
        Watched { child, results, said }
    }

    /// Waits for a run with these results, and until it waits for the next change.
    fn ran(&self, results: &str) {
        wait_for(&self.results, results);
        wait_for(&self.said, "waiting for a change");
    }
}

fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    let pipe = BufReader::new(pipe);
    thread::spawn(move || pipe.lines().map_while(Result::ok).try_for_each(|l| sender.send(l)));
    lines
}

fn wait_for(lines: &Receiver<String>, text: &str) {
    let end = Instant::now() + Duration::from_secs(60);
    let mut others = Vec::new();
    while let Ok(line) = lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
        if line.contains(text) {
            return;
        }
        others.push(line);
    }
    panic!("`{text}` is not said, but {others:?}");
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn whatever_changes_is_tested_again() {
    let event = "\n[[case]]\nname = \"from a file\"\nevent = \"event.json\"\ndeny = \"closed\"\n";
    let folder = manifest(&format!("{PASSING}{event}"));
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let client = |id: &str| {
        format!(
            "{{\"triggerSource\":\"PreSignUp_SignUp\",\"request\":{{}},\"callerContext\":\
             {{\"clientId\":{id:?}}}}}"
        )
    };
    write("event.json", &client("closed0000000000"));
    let watched = Watched::start(folder.path());
    watched.ran("7 passed, 0 failed");
    // An event.
    write("event.json", &client("open"));
    watched.ran("6 passed, 1 failed");
    write("event.json", &client("closed0000000000"));
    watched.ran("7 passed, 0 failed");
    // The manifest.
    let manifest = fs::read_to_string(folder.path().join("admit.toml")).unwrap();
    write("admit.toml", &manifest.replace("Not today", "Not now"));
    watched.ran("6 passed, 1 failed");
    // The cases, with a mistake that is then mended.
    write("cases.toml", "[[case]]\nname = 7\n");
    wait_for(&watched.said, "invalid type: integer `7`");
    wait_for(&watched.said, "waiting for a change");
    // They are gone for a while.
    fs::remove_file(folder.path().join("cases.toml")).unwrap();
    wait_for(&watched.said, "cannot read the cases `cases.toml`");
    wait_for(&watched.said, "waiting for a change");
    write("cases.toml", &PASSING.replace("Not today", "Not now"));
    watched.ran("6 passed, 0 failed");
}
