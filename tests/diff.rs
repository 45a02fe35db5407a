//! Two policy sets over the same sign-ups: every flip is listed, counted and explained, and no
//! value of a sign-up is shown.

use admit_tests::{
    Bundle, FunctionZip, PERSONAL, SignUp, admit, check_golden, component, event, stderr, stdout,
};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The samples of AWS, as a test changes them.
struct Set {
    characters: usize,
    blocks: Option<&'static str>,
    verifies_phones: bool,
}

const OLD: Set = Set { characters: 5, blocks: None, verifies_phones: true };
const NEW: Set = Set { characters: 7, blocks: Some("example.org"), verifies_phones: false };

impl Set {
    fn manifest(&self) -> String {
        let policy = |id: &str, reads: &str, verdicts: &str, settings: String| {
            format!(
                "[[policy]]\nid = \"{id}\"\ncomponent = {:?}\nreads = [{reads}]\n\
                 verdicts = [{verdicts}]\nsettings = {{ {settings} }}\n\n",
                component(id)
            )
        };
        let email = "\"userAttributes.email\"";
        let phone = if self.verifies_phones { ", \"verify-phone\"" } else { "" };
        let mut manifest = policy(
            "verify-contact",
            &format!("{email}, \"userAttributes.phone_number\""),
            &format!("\"confirm\", \"verify-email\"{phone}"),
            String::new(),
        );
        let characters = format!("characters = {}", self.characters);
        manifest += &policy("minimum-username-length", "\"userName\"", "\"deny\"", characters);
        if let Some(domain) = self.blocks {
            let domains = format!("domains = [{domain:?}]");
            manifest += &policy("blocked-email-domains", email, "\"deny\"", domains);
        }
        manifest
    }

    /// The policy that denies a sign-up.
    fn denied_by(&self, sign_up: &SignUp) -> Option<&'static str> {
        if sign_up.characters < self.characters {
            return Some("minimum-username-length");
        }
        (self.blocks == Some(sign_up.domain)).then_some("blocked-email-domains")
    }
}

/// A folder with two manifests and files with events.
struct PolicySets(TempDir);

impl PolicySets {
    fn new() -> PolicySets {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("old.toml"), OLD.manifest()).unwrap();
        fs::write(folder.path().join("new.toml"), NEW.manifest()).unwrap();
        PolicySets(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = admit();
        command.arg("diff").args(args).current_dir(self.0.path());
        command
    }

    fn diff(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// The report as JSON, and the exit status.
    fn report(&self, args: &[&str]) -> (Value, i32) {
        let output = self.diff(&[args, &["--format", "json"]].concat());
        let report = serde_json::from_str(&stdout(&output));
        (report.unwrap_or_else(|_| panic!("{}", stderr(&output))), output.status.code().unwrap())
    }
}

/// The expected report on these sign-ups.
fn expected(sign_ups: &[SignUp], old: &Set, new: &Set) -> Value {
    let deniers = |sign_up: &SignUp| (old.denied_by(sign_up), new.denied_by(sign_up));
    let count = |is: &dyn Fn(&SignUp) -> bool| sign_ups.iter().filter(|s| is(s)).count();
    let now_denied = count(&|s| matches!(deniers(s), (None, Some(_))));
    let now_admitted = count(&|s| matches!(deniers(s), (Some(_), None)));
    let otherwise = count(&|s| matches!(deniers(s), (Some(a), Some(b)) if a != b));
    let verifies_otherwise = old.verifies_phones != new.verifies_phones;
    let other_flags = count(&|s| verifies_otherwise && s.has_phone && deniers(s) == (None, None));
    let flips = now_denied + now_admitted + other_flags;
    json!({
        "signUps": sign_ups.len(),
        "same": sign_ups.len() - flips - otherwise,
        "flips": flips,
        "nowDenied": now_denied,
        "nowAdmitted": now_admitted,
        "otherFlags": other_flags,
        "deniedOtherwise": otherwise,
    })
}

fn lines(sign_ups: &[SignUp]) -> String {
    sign_ups.iter().map(|sign_up| sign_up.event() + "\n").collect()
}

#[test]
fn every_flip_among_a_thousand_sign_ups_is_counted_and_named() {
    let sets = PolicySets::new();
    let sign_ups = SignUp::many(1_000);
    sets.write("events.ndjson", &lines(&sign_ups));
    let (report, status) = sets.report(&["old.toml", "new.toml", "--events", "events.ndjson"]);
    assert_eq!(status, 3);
    assert_eq!(report["totals"], expected(&sign_ups, &OLD, &NEW));
    let totals = &report["totals"];
    for kind in ["same", "nowDenied", "otherFlags"] {
        assert!(totals[kind].as_u64().unwrap() > 20, "{kind} in {totals}");
    }
    let named = |change: &str, policy: &str, is: &dyn Fn(&SignUp) -> bool| {
        let groups = report["groups"].as_array().unwrap().iter();
        let group = groups
            .filter(|group| group["change"] == change)
            .find(|group| group["policy"] == policy || group["flag"] == policy)
            .unwrap_or_else(|| panic!("no group {change} of {policy}"));
        let numbered = sign_ups.iter().enumerate().filter(|(_, sign_up)| is(sign_up));
        let places = numbered.map(|(index, _)| json!(format!("events.ndjson:{}", index + 1)));
        assert_eq!(group["signUps"], places.collect::<Value>(), "{change} {policy}");
        assert_eq!(group["count"], group["signUps"].as_array().unwrap().len());
        group.clone()
    };
    let short = named("now-denied", "minimum-username-length", &|s| (5..7).contains(&s.characters));
    assert_eq!(short["code"], "username-too-short");
    let blocked = named("now-denied", "blocked-email-domains", &|s| {
        s.characters >= 7 && s.domain == "example.org"
    });
    assert_eq!(blocked["code"], "email-domain-blocked");
    let unset = named("no-longer-set", "verify-phone", &|s| {
        s.characters >= 7 && s.domain != "example.org" && s.has_phone
    });
    assert_eq!(unset["grantedBeforeBy"], json!(["verify-contact"]));
    assert_eq!(report["groups"].as_array().unwrap().len(), 3);

    // The other way round, the denied ones are admitted.
    let (report, status) = sets.report(&["new.toml", "old.toml", "--events", "events.ndjson"]);
    assert_eq!(status, 3);
    assert_eq!(report["totals"], expected(&sign_ups, &NEW, &OLD));
    let (report, status) = sets.report(&["new.toml", "new.toml", "--events", "events.ndjson"]);
    assert_eq!((status, &report["groups"]), (0, &json!([])));
    assert_eq!(report["totals"]["same"], 1_000);
}

#[test]
fn a_bundle_and_a_package_decide_as_their_manifest_does() {
    let sets = PolicySets::new();
    sets.write("events.ndjson", &lines(&SignUp::many(200)));
    let bundle = Bundle::with(&NEW.manifest());
    let zip = FunctionZip::with(&NEW.manifest());
    let (of_manifest, _) = sets.report(&["old.toml", "new.toml", "--events", "events.ndjson"]);
    for place in [bundle.path(), zip.path()] {
        let place = place.to_str().unwrap();
        let (report, status) = sets.report(&["old.toml", place, "--events", "events.ndjson"]);
        assert_eq!(status, 3);
        assert_eq!(report["groups"], of_manifest["groups"]);
        let (report, status) = sets.report(&[place, "new.toml", "--events", "events.ndjson"]);
        assert_eq!((status, &report["totals"]["flips"]), (0, &json!(0)));
    }
}

/// The text for people has no name and no address of a sign-up.
#[test]
fn the_table_shows_groups_without_values() {
    let sets = PolicySets::new();
    let otherwise = SignUp { characters: 3, domain: "example.org", has_phone: true };
    let mut sign_ups = SignUp::many(40);
    sign_ups.push(otherwise);
    for (index, sign_up) in sign_ups.iter().enumerate() {
        sets.write(&format!("events/{index:02}.json"), &sign_up.event());
    }
    // The other policy first: it denies as well, and its word is what is told.
    let (first, second) = (NEW.manifest(), OLD.manifest());
    let (contact, others) = first.split_once("[[policy]]\nid = \"minimum").unwrap();
    let (minimum, blocked) = others.split_once("[[policy]]").unwrap();
    let swapped = format!("{contact}[[policy]]{blocked}[[policy]]\nid = \"minimum{minimum}");
    sets.write("swapped.toml", &swapped);
    assert!(second != first);
    let output = sets.diff(&["old.toml", "swapped.toml", "--events", "events"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let table = stdout(&output);
    check_golden("diff.txt", &table);
    let all = ["old.toml", "swapped.toml", "--events", "events", "--examples", "1000"];
    let (table_of_all, json) = (stdout(&sets.diff(&all)), sets.report(&all).0);
    assert!(table_of_all.contains("events/39.json") || table_of_all.contains("events/38.json"));
    for text in [table, table_of_all, json.to_string(), stderr(&output)] {
        assert!(!text.contains(PERSONAL), "{text}");
        assert!(!text.contains("m\\u00f1"), "{text}");
    }
}

#[test]
fn events_are_read_from_files_folders_and_lines() {
    let sets = PolicySets::new();
    let events = [event("sign-up.json"), event("sign-up-short-name.json")];
    let compact = |text: &str| serde_json::from_str::<Value>(text).unwrap().to_string();
    sets.write("folder/a.json", &events[0]);
    sets.write("folder/b.jsonl", &format!("{}\n\n{}\n", compact(&events[0]), compact(&events[1])));
    sets.write("folder/notes.txt", "no event");
    sets.write("folder/deeper/c.json", "no event");
    sets.write("list.json", &format!("[{},{}]", events[0], events[1]));
    let stored = |event: &str| json!({"type": "stored-event", "timestamp": "t", "requestId": "r-1", "level": "INFO", "bytes": 1, "event": event});
    let log = format!(
        "2026-11-22T15:33:20 2026/11/22/[$LATEST]0123 {}\n2026 s REPORT RequestId: r-1\n{}\n",
        stored(&events[0]),
        json!({"type": "started"})
    );
    sets.write("tail.log", &log);
    let messages: Vec<Value> = log.lines().map(|line| json!({ "message": line })).collect();
    sets.write("filter.json", &json!({ "events": messages }).to_string());
    for (place, sign_ups, skipped) in [
        ("folder", 3, json!({})),
        ("folder/b.jsonl", 2, json!({})),
        ("list.json", 2, json!({})),
        ("tail.log", 1, json!({"otherLine": 2})),
        ("filter.json", 1, json!({"otherLine": 2})),
    ] {
        let (report, _) = sets.report(&["old.toml", "old.toml", "--events", place]);
        assert_eq!(report["totals"]["signUps"], sign_ups, "{place}");
        assert_eq!(report["skipped"], skipped, "{place}");
    }
    let several = ["old.toml", "old.toml", "--events", "folder/a.json", "list.json", "tail.log"];
    assert_eq!(sets.report(&several).0["totals"]["signUps"], 4);
    let mut command = sets.command(&["old.toml", "old.toml", "--events", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(log.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(stdout(&output).contains("1 sign-up: no flips, 1 the same"), "{}", stdout(&output));
}

#[test]
fn an_invalid_event_is_named_without_its_text() {
    let sets = PolicySets::new();
    let good = SignUp::many(1)[0].event();
    let broken = [
        format!("{{\"userName\":\"{PERSONAL}"),
        format!("{{\"name\":\"{PERSONAL}\"}}"),
        format!("{{\"userName\":\"{PERSONAL}\",\"userName\":\"b\"}}"),
        format!("{{\"request\":{{\"userAttributes\":\"{PERSONAL}\"}}}}"),
    ];
    sets.write("events.ndjson", &format!("{}\n{good}\n", broken.join("\n")));
    let output = sets.diff(&["old.toml", "old.toml", "--events", "events.ndjson"]);
    assert_eq!(output.status.code(), Some(0));
    let said = stderr(&output);
    for line in 1..=4 {
        assert!(said.contains(&format!("`events.ndjson:{line}` is skipped: ")), "{said}");
    }
    let told = stdout(&output);
    assert!(told.contains("1 sign-up: no flips") && told.contains("skipped: 4 unreadable"));
    assert!(!(said + &told).contains(PERSONAL));
    // Where there is nothing else, nothing was compared.
    sets.write("none.ndjson", &broken.join("\n"));
    let output = sets.diff(&["old.toml", "old.toml", "--events", "none.ndjson"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("error: no events to decide: found 4 unreadable"));
    assert!(!stderr(&output).contains(PERSONAL) && output.stdout.is_empty());
}

#[test]
fn a_file_that_is_not_a_policy_set_is_an_error() {
    let sets = PolicySets::new();
    sets.write("e.json", &event("sign-up.json"));
    let refused = |place: &Path, reason: &str| {
        for (old, new) in [(Path::new("old.toml"), place), (place, Path::new("old.toml"))] {
            let mut command = sets.command(&[]);
            command.arg(old).arg(new).args(["--events", "e.json"]);
            let output = command.output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
            assert!(stderr(&output).contains(reason), "{reason} in {}", stderr(&output));
            assert!(output.stdout.is_empty());
        }
    };
    refused(Path::new("nowhere.toml"), "`nowhere.toml` not found");
    fs::create_dir(sets.path("empty")).unwrap();
    refused(Path::new("empty"), "`empty` is not a bundle (`bundle.json` not found)");
    sets.write("project/admit.toml", "");
    refused(Path::new("project"), "specify `project/admit.toml`");
    refused(&component("puppet"), "is a component, not a policy set");
    sets.write("damaged.zip", "PK\u{3}\u{4}");
    refused(Path::new("damaged.zip"), "`damaged.zip` is not a deployment package");

    // A package with a changed byte of native code.
    let zip = FunctionZip::with(&OLD.manifest());
    let mut bytes = fs::read(zip.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(sets.path("flipped.zip"), bytes).unwrap();
    refused(Path::new("flipped.zip"), "`admit inspect flipped.zip` lists all flaws");
    let bundle = Bundle::with(&OLD.manifest());
    let name = component("verify-contact");
    let compiled = bundle.compiled(name.to_str().unwrap());
    let mut code = fs::read(&compiled).unwrap();
    code[1_000] ^= 1;
    fs::write(&compiled, code).unwrap();
    let name = compiled.file_name().unwrap().to_str().unwrap();
    refused(&bundle.path(), &format!("{name}: damaged: `admit inspect "));
    fs::remove_file(&compiled).unwrap();
    refused(&bundle.path(), &format!("{name}: missing: `admit inspect "));

    // A package for another machine.
    let other = if cfg!(target_arch = "x86_64") { "arm64" } else { "x86_64" };
    let made = admit()
        .current_dir(sets.path(""))
        .args([
            "bundle",
            "--manifest",
            "old.toml",
            "-o",
            "other",
            "--no-sources",
            "--target",
            other,
        ])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", stderr(&made));
    refused(Path::new("other"), &format!("for {other}, but this is wasmtime"));
    refused(Path::new("other"), "are not in `other.sources`");
    // And a policy that refuses its settings.
    sets.write("refused.toml", &OLD.manifest().replace("characters = 5", "characters = \"x\""));
    refused(Path::new("refused.toml"), "settings");
    let output = sets.diff(&["old.toml", "old.toml", "--events", "nowhere"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("cannot read `nowhere`"));
    fs::create_dir(sets.path("bare")).unwrap();
    let output = sets.diff(&["old.toml", "old.toml", "--events", "bare"]);
    assert!(stderr(&output).contains("the folder has no files with the extension .json"));
    assert_eq!(sets.diff(&["old.toml", "old.toml"]).status.code(), Some(2));
}
