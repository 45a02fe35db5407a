//! How a hostile guest ends: it fails, its verdict stands, or it is refused.

use admit_tests::{Answer, HostileRun, admit, component, root, stderr, stdout};
use serde_json::{Value, json};
use std::process::Output;
use std::time::Duration;

/// More than any row may take above what the process had before: 40 MB.
const MAX_MEMORY: u64 = 40_000_000;
/// The budget of 2 s, and what a busy machine may add.
pub(super) const MAX_TIME: Duration = Duration::from_secs(3);

const PUBLIC_MESSAGE: &str = "The sign-up could not be checked, please try again later";

/// A guest that gives no answer: every sign-up that it is asked about is denied with the
/// public message, the record says why, and every other one is decided as ever.
pub(super) fn fails(guest: &str, kind: &str, phase: &str, reason: &str) {
    fails_and_is_shown("", guest, kind, phase, reason);
}

/// The same under these limits, and with the same words where an author tries it out.
pub(super) fn fails_and_is_shown(limits: &str, guest: &str, kind: &str, phase: &str, reason: &str) {
    fails_under(limits, guest, kind, phase, reason);
    documented(guest, kind);
    let output = eval(guest, limits);
    let said = stdout(&output) + &stderr(&output);
    assert!(said.contains(reason), "{said}");
    // A failure on every sign-up is found before there is one.
    assert_eq!(output.status.code(), Some(if phase == "evaluate" { 3 } else { 1 }), "{said}");
}

pub(super) fn fails_under(limits: &str, guest: &str, kind: &str, phase: &str, reason: &str) {
    let mut run = HostileRun::of(guest, limits).unwrap();
    let check = |(finding, memory): (admit_tests::Finding, u64)| {
        check_refusal(&finding.answer);
        for record in &finding.records {
            let found = (&record["kind"], &record["phase"]);
            assert_eq!(found, (&json!(kind), &json!(phase)), "{record}");
            assert_eq!(record["reason"], reason);
        }
        assert!(finding.time < MAX_TIME, "{guest} took {:?}", finding.time);
        assert!(memory < MAX_MEMORY, "{guest} took {memory} bytes");
    };
    check(run.peak_of(HostileRun::one));
    run.check_health();
    check(run.peak_of(HostileRun::eight));
    run.check_health();
}

/// The sign-up is denied, and the person is told nothing but that it could not be checked.
pub(super) fn check_refusal(answer: &Answer) {
    let Answer::Error(error) = answer else { panic!("{answer:?}") };
    let error: Value = serde_json::from_str(error).unwrap();
    assert_eq!(error, json!({ "errorType": "PolicyFailure", "errorMessage": PUBLIC_MESSAGE }));
}

/// A guest whose verdict stands, and of which this many notes are kept.
pub(super) fn stands(guest: &str, record: &Value, notes: usize) {
    documented(guest, record["opinion"].as_str().unwrap());
    let mut run = HostileRun::of(guest, "").unwrap();
    // Again and again, so that what one leaves behind the next would find.
    for eight in [false, true, false] {
        let (finding, memory) = run.peak_of(|run| if eight { run.eight() } else { run.one() });
        for found in &finding.records {
            for (member, value) in record.as_object().unwrap() {
                assert_eq!(&found[member], value, "{found}");
            }
        }
        assert_eq!(finding.notes.len(), if eight { 8 * notes } else { notes });
        assert!(finding.time < MAX_TIME, "{guest} took {:?}", finding.time);
        assert!(memory < MAX_MEMORY, "{guest} took {memory} bytes");
        run.check_health();
    }
}

/// `SECURITY.md` says that this is what comes of a guest.
fn documented(guest: &str, outcome: &str) {
    let page = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let row = format!("| `{guest}` | {outcome} | ");
    assert!(page.lines().any(|line| line.starts_with(&row)), "no row in SECURITY.md: {row}");
}

pub(super) fn abstains() -> Value {
    json!({ "opinion": "allow", "votes": [] })
}

/// A guest that gets into no bundle, and the reason.
pub(super) fn refused(guest: &str, reason: &str) {
    let output = eval(guest, "");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
}

/// The same, where it can be compiled: in a bundle it is refused by the function.
pub(super) fn refused_and_not_loaded(guest: &str, reason: &str) {
    refused(guest, reason);
    let mut run = HostileRun::of(guest, "").unwrap();
    let finding = run.one();
    check_refusal(&finding.answer);
    let record = &finding.records[0];
    assert_eq!(record["kind"], "not-loaded");
    assert!(record["reason"].as_str().unwrap().contains(reason), "{record}");
    run.check_health();
}

pub(super) fn eval(guest: &str, limits: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("admit.toml");
    let guest = component(guest);
    let policy = format!(
        "[[policy]]\nid = \"p\"\ncomponent = {guest:?}\nreads = [\"userName\"]\n\
         verdicts = [\"confirm\"]\nlimits = {{ {limits} }}\n"
    );
    std::fs::write(&manifest, policy).unwrap();
    let event = root().join("tests/events/sign-up.json");
    admit().args(["eval", "--explain", "--manifest"]).args([manifest, event]).output().unwrap()
}

pub(super) fn out_of_fuel(guest: &str, phase: &str) {
    let reason = format!(
        "stopped after 50,000,000 units of fuel in `{phase}`; `limits.fuel` allows no more"
    );
    // On a slow machine the default limit on time would end it first.
    fails_and_is_shown("time = \"1s\"", guest, "fuel", phase, &reason);
    // With fuel enough for minutes it is the time that ends it.
    let limits = "fuel = 10_000_000_000, time = \"20ms\"";
    let reason = format!("stopped after 20ms in `{phase}`; `limits.time` allows no more");
    fails_under(limits, guest, "deadline", phase, &reason);
}

pub(super) fn traps(guest: &str, phase: &str, trap: &str) {
    fails(guest, "trap", phase, &format!("crashed in `{phase}`: wasm trap: {trap}"));
}

pub(super) fn malformed(guest: &str, phase: &str, reason: &str) {
    let reason = format!(
        "`{phase}` returned a malformed value, or one over 64KiB (`limits.host-call`) or 64 \
         handles (`limits.handles`): {reason}"
    );
    fails(guest, "malformed", phase, &reason);
}

pub(super) fn too_many_parts(guest: &str, parts: &str) {
    let reason = format!(
        "exceeded a limit in `instantiate`: `limits.instances` allows 100, `limits.memories` 10 \
         and `limits.tables` 50; resource limit exceeded: {parts}"
    );
    fails(guest, "resources", "instantiate", &reason);
}

pub(super) const TOO_MUCH_DATA: &str = "too much data is being copied between the host and the guest: fuel \
                             allocated for hostcalls has been exhausted";
