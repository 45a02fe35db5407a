//! System calls of an evaluation and of a warm request.

use super::{SAMPLES, alone, subject};
use admit_tests::{
    Bundle, LoadRun, MARK, bootstrap, check_golden, event, is_there, root, skip, stderr,
};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How often each system call was made.
type Calls = BTreeMap<String, usize>;

/// The calls of the evaluating thread: the one that interrupts guests sleeps and wakes meanwhile.
#[test]
fn an_evaluation_makes_no_system_call() {
    if !is_there("an evaluation makes no system call", "strace") {
        return;
    }
    const TIMES: usize = 1_000;
    let sample = root().join("tests/events/sign-up.json");
    for name in SAMPLES {
        let bundle = alone(name);
        let trace = tempfile::NamedTempFile::new().unwrap();
        let subject = subject();
        let output = strace(trace.path(), subject.get_program())
            .arg("evaluations")
            .arg(bundle.path())
            .arg(&sample)
            .arg(TIMES.to_string())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let trace = fs::read_to_string(trace.path()).unwrap();
        let parts: Vec<&str> = trace.split(MARK).collect();
        let [_, evaluations, _] = parts[..] else { panic!("two marks are in {trace}") };
        // The rest of the line with the first mark, and the beginning of the second's.
        let lines: Vec<&str> = evaluations.lines().collect();
        let mut made = count(lines[1..lines.len() - 1].iter().copied());
        // A guest that a tick of the clock interrupts looks at its processor time, and the first
        // of a process asks where the kernel keeps what it needs for that.
        let interrupted = made.remove("clock_gettime").unwrap_or_default();
        assert!(interrupted < TIMES / 2, "{name}: {interrupted} of {TIMES} are interrupted");
        assert!(made.remove("prctl").unwrap_or_default() <= 1, "{name}");
        assert_eq!(made, Calls::new(), "{name}: {TIMES} evaluations make these system calls");
    }
}

/// The system calls of the function from one question for an event to the next.
#[test]
fn a_warm_request_makes_the_system_calls_that_it_made() {
    let test = "a warm request makes the system calls that it made";
    if !cfg!(target_arch = "x86_64") {
        skip(test, "other machines have other names for them");
        return;
    }
    if !is_there(test, "strace") {
        return;
    }
    let bundle = Bundle::sample();
    let trace = tempfile::NamedTempFile::new().unwrap();
    let mut command = strace(trace.path(), bootstrap().as_os_str());
    command.env("ADMIT_BUNDLE", bundle.path());
    // Always so slow that the function waits for everything, else it depends on who is faster
    // how often it does.
    let drive = LoadRun { requests: 12, pause: Duration::from_millis(20), ..LoadRun::default() };
    drive.run(command, &event("sign-up.json")).unwrap();
    let trace = fs::read_to_string(trace.path()).unwrap();
    let lines: Vec<&str> = trace.lines().collect();
    let asks = |line: &&str| line.contains("GET /2018-06-01/runtime/invocation/next");
    let requests: Vec<Calls> =
        lines.split(asks).skip(3).take(8).map(|between| count(between.iter().copied())).collect();
    assert_eq!(requests.len(), 8, "requests are in {trace}");
    let fewest = fewest(&requests);
    let table: String =
        fewest.iter().map(|(name, times)| format!("{times:>3}  {name}\n")).collect();
    let asked = "  1  and the one that asks for the next event\n";
    check_golden("regressions/system-calls.txt", &(table + asked));
}

/// The calls of every request: one that a tick of the clock interrupts looks at its processor time.
fn fewest(requests: &[Calls]) -> Calls {
    let in_all = |name| requests.iter().map(|calls| calls.get(name).copied().unwrap_or(0)).min();
    let names = requests.iter().flat_map(Calls::keys);
    let fewest = names.map(|name| (name.clone(), in_all(name).unwrap_or(0)));
    fewest.filter(|(_, times)| *times > 0).collect()
}

/// The first thread of a program under `strace`, and the threads that it starts left alone.
fn strace(trace: &Path, program: &OsStr) -> Command {
    let mut command = Command::new("strace");
    // Long enough to tell one request from another by its text.
    command.args(["-s", "64", "-o"]).arg(trace).arg(program);
    command
}

fn count<'a>(lines: impl IntoIterator<Item = &'a str>) -> Calls {
    let mut calls = Calls::new();
    for line in lines {
        // Lines about signals and the end have no such name.
        if let Some((name, _)) = line.split_once('(') {
            *calls.entry(name.to_owned()).or_default() += 1;
        }
    }
    calls
}
