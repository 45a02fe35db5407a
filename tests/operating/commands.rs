//! The example and the commands of the page that need no account.

use super::page::*;
use admit_engine::{Digest, Target};
use admit_tests::{
    Bundle, FunctionZip, Served, TempRepo, admit, component, event, is_there, root, stderr, stdout,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

/// The name under which a test is skipped where a program is missing.
const GUIDE: &str = "a command of docs/src/operating.md";

/// Runs `admit serve` as the page says, but on a port that is free.
fn serving(command: &str, folder: &Path) -> Served {
    let words: Vec<&str> = command.split_whitespace().collect();
    let ["admit", args @ ..] = &words[..] else { panic!("{command}") };
    let mut command = admit();
    command.args(args).current_dir(folder);
    Served::start_command(command)
}

/// Decides these events and returns the log.
fn decide(served: Served, events: &[&str]) -> String {
    for name in events {
        assert_eq!(served.invoke(&event(name)).status, 200, "{name}");
    }
    served.end_log()
}

/// A line without what differs from run to run and from machine to machine.
fn comparable(line: &Value) -> Value {
    let mut line = line.clone();
    for member in ["timestamp", "requestId", "microseconds"] {
        assert!(line[member].take() != Value::Null, "no {member}");
    }
    for policy in line["policies"].as_array_mut().unwrap() {
        for member in ["component", "fuel", "microseconds"] {
            assert!(policy[member].take() != Value::Null, "no {member}");
        }
    }
    line
}

#[test]
fn the_example_is_a_record_as_admit_serve_writes_it() {
    let page = page();
    let examples = blocks(&page, "json");
    assert_eq!(examples.len(), 1);
    let example: Value = serde_json::from_str(&examples[0]).unwrap();
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&example).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let serve = command(&page, "admit serve ");
    let log = decide(serving(&serve, root()), &["sign-up-short-name.json"]);
    let record = log.lines().find(|line| line.contains("\"decision\"")).expect("a record");
    let record: Value = serde_json::from_str(record).unwrap();
    assert!(validator.is_valid(&record));
    assert_eq!(comparable(&example), comparable(&record));
    // The page's sentence on the time of these policies.
    let times = example["policies"].as_array().unwrap().iter().map(|p| p["microseconds"].as_u64());
    let times: Vec<u64> = times.map(Option::unwrap).collect();
    let (least, most) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(page.contains(&format!("took {least} to {most} µs")), "{times:?}");
}

/// Runs a command in a repo.
fn shell(command: &str, repo: &TempRepo) -> Output {
    repo.shell(command).env("ADMIT_USER_NAME_KEY", KEY).output().unwrap()
}

/// Nothing is left out: a block is one of those that the tests below run, or talks to AWS.
#[test]
fn every_command_is_run_unless_it_needs_an_account() {
    let run = [
        "admit eval ",
        "admit serve ",
        "curl --silent --data-binary",
        "admit bundle ",
        "admit replay ",
        "admit diff ",
        "jq ",
        "unzip ",
        "printf ",
    ];
    let blocks = blocks(&page(), "sh");
    let (ours, others): (Vec<&String>, Vec<&String>) =
        blocks.iter().partition(|block| run.iter().any(|command| block.starts_with(command)));
    assert_eq!(ours.len(), 10, "{ours:?}");
    assert!(ours.iter().all(|block| !block.contains("aws ")), "{ours:?}");
    assert!(!others.is_empty());
    assert!(others.iter().all(|block| block.contains("aws ")), "{others:?}");
}

#[test]
fn the_zip_is_made_and_checked_as_the_page_says() {
    let page = page();
    let folder = TempRepo::new();
    let here = Target::HERE.expect("a machine that Lambda has").to_string();
    let run = |command: &str| {
        let command = command.replace("x86_64", &here);
        let output = shell(&command, &folder);
        (output.status.code(), stdout(&output), stderr(&output))
    };
    let decided = run(&command(&page, "admit eval "));
    assert_eq!(decided.0, Some(0), "{}", decided.2);
    assert!(decided.1.contains("\nadmitted: "), "{}", decided.1);
    let denied = command(&page, "admit eval ").replace("sign-up.json", "sign-up-short-name.json");
    assert_eq!(run(&denied).0, Some(3));

    let commands = blocks(&page, "sh");
    let mut bundles = commands.iter().filter(|command| command.starts_with("admit bundle "));
    let (make, check) = (bundles.next().unwrap(), bundles.next().unwrap());
    assert!(check.contains(" --check") && bundles.next().is_none());
    // Before there is a zip, a check finds a change and makes none.
    let mut statuses = BTreeSet::new();
    let mut expect = |command: &str, status: i32, says: &str| {
        let (code, out, err) = run(command);
        assert_eq!(code, Some(status), "{command}{err}");
        assert!((out.clone() + &err).contains(says), "`{says}` is not in {out}{err}");
        statuses.insert(status.to_string());
        out
    };
    expect(check, 3, "new: there was no");
    assert!(!folder.path().join("function.zip").exists());
    let said = expect(make, 0, "new: there was no");
    expect(check, 0, "\nunchanged\n");
    let zip = fs::read(folder.path().join("function.zip")).unwrap();
    expect(make, 0, "\nunchanged\n");
    assert!(zip == fs::read(folder.path().join("function.zip")).unwrap(), "the bytes differ");
    // A policy is rolled out: the line of the manifest is the line of the check.
    let enforced = with_components(&read("plugins/admit.toml"));
    let monitored = monitored(&enforced);
    let manifest = folder.path().join("admit.toml");
    let of_manifest = |command: &str| command.replace("plugins/admit.toml", "admit.toml");
    fs::write(&manifest, monitored).unwrap();
    expect(&of_manifest(make), 0, "changed: ");
    fs::write(&manifest, enforced).unwrap();
    let out = expect(&of_manifest(check), 3, "policy.minimum-username-length.mode");
    let changed: Vec<_> = out.lines().filter(|line| line.starts_with("changed: ")).collect();
    assert_eq!(changed, ["changed: policy.minimum-username-length.mode: monitor → enforce"]);
    assert!(page.contains("`changed: policy.….mode: monitor → enforce`"));
    fs::write(&manifest, "[[policy]]\nid = \"p\"\n").unwrap();
    expect(&of_manifest(check), 1, "admit.toml");
    expect(&make.replace("--manifest", "--manifesto"), 2, "Usage");
    let rows = table(section(&page, "## 1. Deploy"), &["exit status", "means"]);
    assert_eq!(rows.iter().map(|row| row[0].clone()).collect::<BTreeSet<_>>(), statuses);

    // `admit bundle` prints the digest of the index that a record names and that `unzip` shows.
    let index = said.lines().find_map(|line| line.strip_prefix("bundle.json  ")).unwrap();
    let bundle = Bundle::sample();
    let mut lambda = start(&bundle, &[]);
    lambda.invoke(event("sign-up.json"));
    assert_eq!(lambda.decision_line()["bundle"], index);
    let text = fs::read(bundle.path().join("bundle.json")).unwrap();
    assert_eq!(Digest::new(&text).to_string(), index);
    let inside: Value = serde_json::from_slice(&text).unwrap();
    assert!(inside["digest"].is_string() && inside["digest"] != index, "the trap is none");
    if is_there(GUIDE, "unzip") && is_there(GUIDE, "sha256sum") {
        fs::write(folder.path().join("function.zip"), zip).unwrap();
        let (code, out, err) = run(&command(&page, "unzip "));
        assert_eq!(code, Some(0), "{err}");
        assert_eq!(format!("sha256:{}", &out[..64]), index);
    }
}

/// The sample manifest with its last policy in mode `monitor`.
fn monitored(manifest: &str) -> String {
    let id = "id = \"minimum-username-length\"\n";
    assert!(manifest.contains(id));
    manifest.replace(id, &format!("{id}mode = \"monitor\"\n"))
}

/// The sample manifest with components that are found from anywhere.
fn with_components(manifest: &str) -> String {
    ["email-domain", "verify-contact", "minimum-username-length"].iter().fold(
        manifest.to_owned(),
        |manifest, name| {
            let named = format!("component = \"{name}\"");
            assert!(manifest.contains(&named), "{named}");
            manifest.replace(&named, &format!("component = {:?}", component(name)))
        },
    )
}

#[test]
fn admit_serve_answers_as_the_page_shows() {
    let page = page();
    let folder = TempRepo::new();
    let serving = serving(&command(&page, "admit serve "), folder.path());
    if !is_there(GUIDE, "curl") {
        return;
    }
    let curl = command(&page, "curl --silent --data-binary");
    assert!(curl.contains("http://127.0.0.1:3001/"), "{curl}");
    let help = stdout(&admit().args(["serve", "--help"]).output().unwrap());
    assert!(help.contains("[default: 3001]"), "{help}");
    let output = shell(
        &curl.replace("127.0.0.1:3001", serving.url().trim_start_matches("http://")),
        &folder,
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let shown = &blocks(section(&page, "## 1. Deploy"), "text")[0];
    assert_eq!(stdout(&output).trim_end(), shown.trim_end());
}

#[test]
fn what_a_policy_would_change_is_counted_as_the_page_says() {
    let page = page();
    let folder = TempRepo::new();
    let manifest = monitored(&with_components(&read("plugins/admit.toml")));
    fs::write(folder.path().join("admit.toml"), manifest).unwrap();
    let serving = serving("admit serve", folder.path());
    let events = ["sign-up-short-name.json", "sign-up.json", "sign-up-short-name.json"];
    let log = decide(serving, &events);
    let differs = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        (line["type"] == "decision").then(|| line["policies"][2]["ifEnforced"]["differs"].clone())
    };
    let flips: Vec<Value> = log.lines().filter_map(differs).collect();
    assert_eq!(flips, [json!(true), json!(false), json!(true)]);
    if is_there(GUIDE, "jq") {
        fs::write(folder.path().join("admit.log"), log).unwrap();
        let output = shell(&command(&page, "jq "), &folder);
        let counted = stdout(&output);
        let words: Vec<&str> = counted.split_whitespace().collect();
        assert_eq!(words, ["2", "minimum-username-length"], "{}", stderr(&output));
    }
}

#[test]
fn a_persons_hash_is_made_as_the_page_says() {
    if !is_there(GUIDE, "openssl") {
        return;
    }
    let bundle = Bundle::sample();
    let mut lambda = start(&bundle, &[("ADMIT_USER_NAME_KEY", KEY)]);
    lambda.invoke(event("sign-up.json"));
    let hash = lambda.decision_line()["userNameHash"].as_str().unwrap().to_owned();
    let folder = TempRepo::new();
    let output = shell(&command(&page(), "printf "), &folder);
    let said = stdout(&output);
    let digits = said.split_whitespace().last().expect("a hash");
    assert_eq!((hash.as_str(), digits.len()), (format!("hmac-sha256:{digits}").as_str(), 64));
}

#[test]
fn sign_ups_are_replayed_as_the_page_says() {
    let page = page();
    let folder = TempRepo::new();
    // The files of the page: the log of a day, with events, and the package that decided it.
    let mut command = admit();
    command.env("ADMIT_EVENTS", "all");
    command.args(["serve", "--manifest", "plugins/admit.toml"]).current_dir(folder.path());
    let log = decide(Served::start_command(command), &["sign-up.json", "sign-up-short-name.json"]);
    fs::write(folder.path().join("admit.log"), log).unwrap();
    let zip = FunctionZip::with(&with_components(&read("plugins/admit.toml")));
    fs::copy(zip.path(), folder.path().join("function.zip")).unwrap();
    for (beginning, same) in [("admit replay ", 2), ("admit diff ", 9)] {
        let output = shell(&self::command(&page, beginning), &folder);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let totals = format!("{same} sign-ups: no flips, {same} the same\n");
        assert!(stdout(&output).contains(&totals), "{}", stdout(&output));
    }
    let rows = table(section(&page, "## 12. Replay sign-ups"), &["`ADMIT_EVENTS`", "stores"]);
    assert_eq!(rows.len(), 4);
}
