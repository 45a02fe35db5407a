//! Inputs of each kind with the canary in them.

use super::canary::{CANARY, check, with_canary};
use super::place::{METADATA, Place, cases, manifest};
use crate::projects::FakeTools;
use admit_tests::{admit, changed_guest, component, event, stderr, with_section};
use serde_json::{Value, json};
use std::fs;

/// The commands that read a manifest, its components and its cases.
const OF_A_MANIFEST: [&str; 16] = [
    "check",
    "check --format json",
    "check --format sarif",
    "check --format github",
    "check --color always",
    "report --no-times -o -",
    "report --no-times --show-settings -o -",
    "test",
    "test --format json",
    "test --format junit",
    "eval event.json --explain",
    "eval event.json --format json",
    "inspect p.wasm --manifest admit.toml",
    "diff admit.toml admit.toml --events event.json",
    "bench --samples 1 --event event.json",
    "bundle -o bundle --check --format json",
];

#[test]
fn manifests() {
    let place = Place::new();
    place.check(&OF_A_MANIFEST);
    for (number, manifest) in with_canary(&manifest()).iter().enumerate() {
        place.write("admit.toml", toml::to_string(manifest).unwrap());
        place.check_some(number, &OF_A_MANIFEST);
    }
}

#[test]
fn cases_of_a_policy() {
    let place = Place::new();
    for (number, cases) in with_canary(&cases()).iter().enumerate() {
        place.write("cases.toml", toml::to_string(cases).unwrap());
        let commands = [
            "test",
            "test --color always",
            "test --format json",
            "test --format junit",
            "check",
            "check --format json",
            "check --format sarif",
            "check --format github",
            "report --no-times -o -",
        ];
        place.check_some(number, &commands);
    }
}

/// The canary is in a comment, where any character is allowed, and where it is a syntax error.
#[test]
fn invalid_toml() {
    let place = Place::new();
    for name in ["admit.toml", "cases.toml"] {
        let before = fs::read_to_string(place.path(name)).unwrap();
        for text in [format!("{before}\n# {CANARY}\nx = \n"), format!("budget {CANARY}\n{before}")]
        {
            place.write(name, text);
            place.check(&OF_A_MANIFEST);
        }
        place.write(name, before);
    }
}

#[test]
fn metadata_of_a_component() {
    let place = Place::new();
    let metadata: Value = serde_json::from_str(METADATA).unwrap();
    let bytes = fs::read(component("grants-everything")).unwrap();
    for (number, metadata) in with_canary(&metadata).iter().enumerate() {
        let metadata = metadata.to_string();
        let bytes = with_section(&bytes, "admit:policy/metadata", metadata.as_bytes());
        place.write("p.wasm", bytes);
        let commands = [
            "inspect p.wasm",
            "inspect p.wasm --color always",
            "inspect p.wasm --format json",
            "inspect p.wasm --manifest admit.toml",
            "check",
            "check p.wasm",
            "check --format json",
            "check --format sarif",
            "check --format github",
            "report --no-times -o -",
            "bundle -o bundle --check",
        ];
        place.check_some(number, &commands);
    }
}

#[test]
fn names_in_a_component() {
    let place = Place::new();
    let escaped: String = CANARY.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let texts = [
        format!(r#"(component (import "evil{escaped}" (func)))"#),
        format!(r#"(component (import "evil:x/y@1.0.0-{escaped}" (instance)))"#),
        format!(r#"(component (import "f" (func $f)) (export "evil{escaped}" (func $f)))"#),
        format!(r#"(component (core module (func (export "evil{escaped}"))))"#),
        format!(r#"(component (core module (@custom "evil{escaped}" "x")))"#),
    ];
    let mut components: Vec<Vec<u8>> =
        texts.iter().map(|text| wat::parse_str(text).unwrap()).collect();
    let own = fs::read(component("grants-everything")).unwrap();
    for section in ["producers", "name", "component-name", "evil\u{1b}[45m"] {
        // A list of one field with one tool.
        let name = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
        let field = [&[1][..], &name("language"), &[1], &name(CANARY), &name(CANARY)].concat();
        components.push(with_section(&own, section, &field));
    }
    components.push(changed_guest("escapes", &[]));
    for bytes in components {
        place.write("p.wasm", bytes);
        place.check(&[
            "inspect p.wasm",
            "inspect p.wasm --format json",
            "check",
            "check --format sarif",
            "check --format github",
            "report --no-times -o -",
            "eval event.json --explain",
            "eval event.json --format json",
            "test --format junit",
        ]);
    }
}

#[test]
fn events() {
    let place = Place::new();
    let text = event("sign-up-with-metadata.json");
    let event: Value = serde_json::from_str(&text).unwrap();
    let raw = text.replacen("\"userName\": \"", "\"userName\": \"\u{9b}45m\u{202e}\u{7f}", 1);
    assert_ne!(raw, text);
    let events = with_canary(&event).into_iter().map(|event| event.to_string());
    for (number, event) in events.chain([raw]).enumerate() {
        place.write("event.json", &event);
        let line = json!({
            "type": "stored-event", "timestamp": "t", "requestId": format!("r{CANARY}"),
            "event": event,
        });
        place.write("admit.log", format!("{line}\n{CANARY}\n{{\"type\": \"{CANARY}\"}}\n"));
        let commands = [
            "eval event.json",
            "eval event.json --explain",
            "eval event.json --format json",
            "diff admit.toml admit.toml --events event.json",
            "diff admit.toml admit.toml --events admit.log --format json",
            "replay admit.log",
            "replay admit.log --format json",
        ];
        place.check_some(number, &commands);
    }
}

/// Lines of the function's log.
#[test]
fn stored_events() {
    let place = Place::new();
    let flag =
        json!({ "set": true, "grantedBy": ["p"], "withheldBy": ["q"], "cleared": "unconfirmed" });
    let decisions = [
        json!({
            "type": "decision", "timestamp": "t", "requestId": "r", "answer": "deny",
            "deniedBy": "p", "flags": {}, "policies": [{ "policy": "p", "code": "c" }],
        }),
        json!({
            "type": "decision", "timestamp": "t", "requestId": "r", "answer": "admit",
            "flags": { "confirm": flag, "verify-email": flag, "verify-phone": flag },
            "policies": [{ "policy": "p", "failure": "trap" }],
        }),
    ];
    let stored = json!({
        "type": "stored-event", "timestamp": "t", "requestId": "r", "event": event("sign-up.json"),
    });
    for decision in decisions {
        let replay = |stored: &Value, decision: &Value| {
            place.write("admit.log", format!("{stored}\n{decision}\n"));
            place.check(&["replay admit.log", "replay admit.log --format json"]);
        };
        replay(&stored, &decision);
        let output = place.command(&["replay", "admit.log"]).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
        with_canary(&decision).iter().for_each(|decision| replay(&stored, decision));
        with_canary(&stored).iter().for_each(|stored| replay(stored, &decision));
    }
}

#[test]
fn names_of_files() {
    let place = Place::new();
    place.bundle();
    let evil = format!("evil{CANARY}");
    for name in ["p.wasm", "admit.toml", "event.json", "f.zip", "cases.toml"] {
        place.write(&format!("{evil}{name}"), fs::read(place.path(name)).unwrap());
    }
    fs::rename(place.path("bundle"), place.path(&evil)).unwrap();
    let name = |ending: &str| format!("{evil}{ending}");
    let run = |args: &[&str]| check(&place.command(args).output().unwrap(), &args.join(" "));
    for format in ["text", "json"] {
        let format = ["--format", format];
        for (command, ending) in [
            ("inspect", "p.wasm"),
            ("inspect", "f.zip"),
            ("inspect", ""),
            ("inspect", "nowhere.wasm"),
            ("inspect", "admit.toml"),
            ("verify", "f.zip"),
            ("verify", "nowhere"),
            ("check", "admit.toml"),
            ("check", "p.wasm"),
            ("check", "event.json"),
            ("check", "f.zip"),
            ("test", "admit.toml"),
            ("test", "nowhere"),
            ("build", "nowhere"),
            ("replay", "event.json"),
            ("bench", "nowhere"),
            ("eval", "event.json"),
            ("eval", "nowhere"),
        ] {
            run(&[&[command, &name(ending)][..], &format].concat());
        }
        let manifest = name("admit.toml");
        run(&[&["diff", &manifest, &name("f.zip"), "--events", &name("event.json")][..], &format]
            .concat());
        run(&[&["bundle", "--manifest", &manifest, "-o", &name("new"), "--check"][..], &format]
            .concat());
        run(&[&["bundle", "--manifest", &manifest, "-o", &name("p.wasm"), "--check"][..], &format]
            .concat());
        run(&[&["test", "--cases", &name("cases.toml")][..], &format].concat());
    }
    for arguments in [
        &["check", &name("admit.toml"), "--format", "sarif"][..],
        &["check", &name("admit.toml"), "--format", "github"],
        &["report", &name("admit.toml"), "-o", "-"],
        &["report", &name("nowhere"), "-o", &name("nowhere/x")],
        &["new", &name("")],
        &[&name("")],
        &["inspect", "a", &name("")],
        &["inspect", "--format", &name("")],
        &["eval", "--settings", &name(""), "--policy", "p.wasm", "event.json"],
        &["--color", "always", "--help", &name("")],
    ] {
        run(arguments);
    }
    // A project, whose tools are not started before its files are read.
    let tools = FakeTools::c();
    let policy = fs::read_to_string(tools.project().join("policy.toml")).unwrap();
    let policy: Value = toml::from_str(&policy).unwrap();
    for policy in with_canary(&policy) {
        fs::write(tools.project().join("policy.toml"), toml::to_string(&policy).unwrap()).unwrap();
        for args in [&["check"][..], &["build"], &["inspect"], &["test"]] {
            let mut command = admit();
            command.current_dir(tools.root()).args(args).arg("project");
            let output = command.env("PATH", tools.root().join("tools")).output().unwrap();
            check(&output, &format!("{args:?} of a project"));
        }
    }
}

#[test]
fn baselines() {
    let place = Place::new();
    place.check(&["bench --samples 1 --event event.json --save was.json"]);
    for (number, baseline) in with_canary(&place.json("was.json")).iter().enumerate() {
        place.write("was.json", baseline.to_string());
        let format = if number % 2 == 0 { "text" } else { "json" };
        let options = "--samples 1 --event event.json --baseline was.json --format";
        place.check(&[&format!("bench {options} {format}")]);
    }
}
