//! The JSON Schemas: they are what the tool prints, they accept what the tool accepts, and
//! refuse what it refuses, as far as a schema can know.

mod document;
mod editors;
mod keys;
mod ranges;

use admit_tests::{admit, root, stdout};
use document::{Document, Kind};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_tool_prints_every_schema_and_each_is_one() {
    let files = fs::read_dir(root().join("schemas")).unwrap();
    let names: BTreeSet<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".schema.json").expect("a schema").to_owned())
        .collect();
    let list = stdout(&admit().arg("schema").output().unwrap());
    let listed = list.lines().map(|line| line.split_once("  ").expect("a name and words").0);
    assert_eq!(listed.map(|name| name.trim().to_owned()).collect::<BTreeSet<_>>(), names);
    for name in names {
        let output = admit().args(["schema", &name]).output().unwrap();
        assert!(output.status.success());
        let file = root().join(format!("schemas/{name}.schema.json"));
        assert_eq!(stdout(&output), fs::read_to_string(&file).unwrap(), "{name}");
        let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
        jsonschema::meta::validate(&schema).unwrap();
    }
}

/// The text that an editor shows beside a key.
#[test]
fn every_key_of_a_file_is_described() {
    fn check(schema: &Value, at: &str) {
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            let at = format!("{at}.{name}");
            let text = member["description"].as_str().unwrap_or_else(|| panic!("{at}: no words"));
            assert!(text.ends_with('.') && text.len() < 200, "{at}: {text}");
            check(member, &at);
            check(&member["items"], &at);
        }
    }
    for kind in Kind::ALL {
        check(&kind.schema(), &format!("{kind:?}"));
    }
}

/// The ones of this repository, be they files or snippets in the documentation.
#[test]
fn the_schemas_accept_what_the_tool_accepts() {
    let mut seen = [0; Kind::ALL.len()];
    for (place, document) in documents() {
        if document.refused_by_tool().is_none() {
            assert_eq!(document.refused_by_schema(), Vec::<String>::new(), "{place}");
            seen[Kind::ALL.iter().position(|kind| *kind == document.kind).unwrap()] += 1;
        }
    }
    // The samples, a policy of the README, and what comes later.
    assert!(seen[0] >= 3 && seen[1] >= 1, "{seen:?}");
}

#[test]
fn a_file_beside_a_schema_says_so() {
    for file in files(&root().join("plugins"), &|path| Kind::of_file(path).is_some()) {
        let text = fs::read_to_string(&file).unwrap();
        let line = text.lines().next().unwrap_or_default();
        let schema = line.strip_prefix("#:schema ").unwrap_or_else(|| panic!("{file:?}: {line}"));
        let schema = file.parent().unwrap().join(schema).canonicalize().unwrap();
        assert_eq!(schema, Kind::of_file(&file).unwrap().file().canonicalize().unwrap());
    }
}

/// A policy that is right, to be made wrong.
const POLICY: &str = "[[policy]]\nid = \"a\"\ncomponent = \"a.wasm\"\nreads = []\nverdicts = []\n";
/// Metadata that are right, to be made wrong.
const METADATA: &str =
    "name = \"a\"\nversion = \"1\"\ndescription = \"d\"\nreads = []\nverdicts = [\"deny\"]\n";
/// A case that is right, to be made wrong.
const CASE: &str = "[[case]]\nname = \"a\"\ndeny = \"too-short\"\n";

#[test]
fn the_tool_refuses_what_a_schema_refuses_at_the_same_key() {
    let policy = |line: &str| Document::new(Kind::Admit, format!("{POLICY}{line}\n"));
    let metadata = |line: &str| Document::new(Kind::Policy, format!("{METADATA}{line}\n"));
    let other = |kind, text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        Document::new(kind, text.replace(from, to))
    };
    let manifest = |from, to| other(Kind::Admit, POLICY, from, to);
    let about = |from, to| other(Kind::Policy, METADATA, from, to);
    for (key, document) in [
        ("budget", Document::new(Kind::Admit, "budget = 2".to_owned())),
        ("record", Document::new(Kind::Admit, "record = \"always\"".to_owned())),
        ("policies", Document::new(Kind::Admit, "policies = 1".to_owned())),
        ("policy[0]", manifest("id = \"a\"\n", "")),
        ("policy[0]", manifest("component = \"a.wasm\"\n", "")),
        ("policy[0]", manifest("reads = []\n", "")),
        ("policy[0]", manifest("verdicts = []\n", "")),
        ("policy[0].id", manifest("\"a\"", "\"a b\"")),
        ("policy[0].id", manifest("\"a\"", "\"\"")),
        ("policy[0].id", manifest("\"a\"", &format!("{:?}", "a".repeat(65)))),
        ("policy[0].component", manifest("\"a.wasm\"", "\"\"")),
        ("policy[0].reads", manifest("reads = []", "reads = \"userName\"")),
        (
            "policy[0].reads",
            manifest("[]\nverdicts", &format!("{:?}\nverdicts", ["userName"; 1001])),
        ),
        ("policy[0].reads[1]", manifest("reads = []", "reads = [\"userName\", \"email\"]")),
        ("policy[0].reads[0]", manifest("reads = []", "reads = [\"userAttributes.\"]")),
        ("policy[0].reads[0]", manifest("reads = []", "reads = [\"userAttributes.c*\"]")),
        ("policy[0].reads[0]", manifest("reads = []", "reads = [\"userName.x\"]")),
        ("policy[0].reads[0]", manifest("reads = []", "reads = [\"region\"]")),
        ("policy[0].verdicts[0]", manifest("verdicts = []", "verdicts = [\"denied\"]")),
        ("policy[0].mod", policy("mod = \"monitor\"")),
        ("policy[0].mode", policy("mode = \"monitored\"")),
        ("policy[0].on-failure", policy("on-failure = \"allow\"")),
        ("policy[0].log", policy("log = true")),
        ("policy[0].applies-to.pools", policy("applies-to = { pools = [\"a\"] }")),
        ("policy[0].applies-to.clients", policy("applies-to.clients = []")),
        ("policy[0].applies-to.triggers", policy("applies-to.triggers = \"PreSignUp_SignUp\"")),
        ("policy[0].limits.gas", policy("limits.gas = 1")),
        ("policy[0].limits.fuel", policy("limits.fuel = \"1\"")),
        ("policy[0].limits.time", policy("limits.time = 100")),
        ("policy[0].limits.time", policy("limits.time = \"soon\"")),
        ("policy[0].limits.memory", policy("limits.memory = \"16MB\"")),
        ("policy[0].settings", policy("settings = \"none\"")),
        ("name", about("\"a\"", "\"a b\"")),
        ("version", about("\"1\"", "1")),
        ("version", about("\"1\"", "\" \"")),
        ("version", about("\"1\"", &format!("{:?}", "1".repeat(65)))),
        ("description", about("\"d\"", &format!("{:?}", "d".repeat(501)))),
        ("reads[0]", about("reads = []", "reads = [\"mail\"]")),
        ("verdicts[0]", about("[\"deny\"]", "[\"refuse\"]")),
        ("settings", metadata("settings = [\"x\"]")),
        ("denial", metadata("denial = 1")),
        ("denials.a b", metadata("denials = { \"a b\" = \"x\" }")),
        ("denials.--", metadata("denials = { -- = \"x\" }")),
        ("denials.a", metadata("denials = { a = \" \" }")),
        ("denials.a", metadata(&format!("denials = {{ a = {:?} }}", "x".repeat(501)))),
    ] {
        let refused = document.refused_by_tool();
        assert_eq!(refused.as_deref(), Some(key), "the tool on {}", document.text);
        let refused = document.refused_by_schema();
        assert!(refused.iter().any(|place| place == key), "{refused:?} on {}", document.text);
    }
    for document in [policy(""), metadata("denials = { a = \"x\", _0 = \"y\" }")] {
        assert_eq!(document.refused_by_tool(), None);
        assert_eq!(document.refused_by_schema(), Vec::<String>::new());
    }
}

/// A schema cannot say which of the two keys is wrong, but that they do not go together.
#[test]
fn codes_need_the_power_to_deny() {
    let text = METADATA.replace("deny", "confirm");
    let with = |denials: &str| Document::new(Kind::Policy, format!("{text}{denials}\n"));
    assert_eq!(with("denials = { a = \"x\" }").refused_by_tool().as_deref(), Some("denials"));
    assert_eq!(with("denials = { a = \"x\" }").refused_by_schema(), ["verdicts"]);
    assert_eq!(with("denials = {}").refused_by_tool(), None);
    assert_eq!(with("denials = {}").refused_by_schema(), Vec::<String>::new());
}

#[test]
fn the_schema_of_cases_refuses_mistakes() {
    let with = |line: &str| Document::new(Kind::Cases, format!("{CASE}{line}\n"));
    for line in [
        "",
        "event = \"events/short.json\"",
        "event = { userName = \"al\", userAttributes = { email = \"a@b\" } }",
        "message = \"Too short\"\nmax-fuel = 5_000\nmax-memory = \"1MiB\"",
    ] {
        assert_eq!(with(line).refused_by_schema(), Vec::<String>::new(), "{line}");
    }
    for (key, line) in [
        ("case[0].denies", "denies = \"x\""),
        ("case[0].event.username", "event = { username = \"al\" }"),
        ("case[0].event.userAttributes.email", "event = { userAttributes = { email = 1 } }"),
        ("case[0].votes.confirm", "votes = { confirm = \"yes\" }"),
        ("case[0].failure", "failure = \"crash\""),
        ("case[0].max-fuel", "max-fuel = -1"),
        ("case[0].max-memory", "max-memory = 1"),
        ("case[0].admit", "admit = false"),
    ] {
        assert!(with(line).refused_by_schema().iter().any(|place| place == key), "{line}");
    }
    let message_alone = CASE.replace("deny", "admit = true\nmessage");
    assert_eq!(Document::new(Kind::Cases, message_alone).refused_by_schema(), ["case[0]"]);
    assert_eq!(Document::new(Kind::Cases, String::new()).refused_by_schema(), [""]);
}

/// The files of this repository and the snippets of its documentation that are of a kind.
fn documents() -> Vec<(String, Document)> {
    let mut documents = Vec::new();
    for file in files(root(), &|path| Kind::of_file(path).is_some()) {
        let kind = Kind::of_file(&file).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        documents.push((file.display().to_string(), Document::new(kind, text)));
    }
    for file in files(root(), &|path| path.extension().is_some_and(|end| end == "md")) {
        let text = fs::read_to_string(&file).unwrap();
        for block in text.split("```toml\n").skip(1) {
            let text = block.split("```").next().unwrap().to_owned();
            if let Some(kind) = Kind::of_text(&text) {
                documents.push((file.display().to_string(), Document::new(kind, text)));
            }
        }
    }
    documents
}

/// The wanted files under a folder, without those that tools wrote.
fn files(folder: &Path, is_wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules"].contains(&name) {
            found.extend(files(&path, is_wanted));
        } else if path.is_file() && is_wanted(&path) {
            found.push(path);
        }
    }
    found
}
