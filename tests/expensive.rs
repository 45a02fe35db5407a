//! Untrusted input that is too expensive ends with an error for its policy, and the tool continues.

mod addresses;
mod schemas;

use admit_tests::{
    Served, admit, component, event, is_there, leb128, stderr, stdout, wasm_section,
};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A core module with functions of one type, by their bodies.
fn module(r#type: &[u8], bodies: &[&[u8]]) -> Vec<u8> {
    let count = leb128(bodies.len());
    let types = [&[1][..], r#type].concat();
    let functions = [&count[..], &vec![0; bodies.len()]].concat();
    let body = |body: &&[u8]| [&leb128(body.len() + 1)[..], &[0], body].concat();
    let code = [count, bodies.iter().flat_map(body).collect()].concat();
    let sections =
        [wasm_section(1, &types), wasm_section(3, &functions), wasm_section(10, &code)].concat();
    [b"\0asm\x01\0\0\0", &sections[..]].concat()
}

/// A policy that grants everything, with one more module inside it that is not instantiated.
fn policy_with(module: &[u8]) -> Vec<u8> {
    let policy = fs::read(component("grants-everything")).unwrap();
    [policy, wasm_section(1, module)].concat()
}

/// A function of 400 KB that hands on a thousand values at each of its branches: the compiler
/// would keep a hundred million.
fn hands_on_values() -> Vec<u8> {
    let thousand = [&[0x60, 0][..], &leb128(1_000), &[0x7f; 1_000]].concat();
    let unreachable = [0x00, 0x0b];
    let mut hands_on = vec![0x02, 0, 0x10, 0];
    // i32.const 0, br_if 0
    hands_on.extend([0x41, 0, 0x0d, 0].repeat(100_000));
    hands_on.extend([0x0b, 0x0b]);
    policy_with(&module(&thousand, &[&unreachable, &hands_on]))
}

/// The policies `good` and `expensive`, and what else they need.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        let good = fs::read(component("grants-everything")).unwrap();
        fs::write(place.path("good.wasm"), &good).unwrap();
        fs::write(place.path("expensive.wasm"), hands_on_values()).unwrap();
        let both = ["expensive", "good"].map(policy).concat();
        fs::write(place.path("admit.toml"), both).unwrap();
        fs::write(place.path("good.toml"), policy("good")).unwrap();
        fs::write(place.path("cases.toml"), "[[case]]\nname = \"grants\"\nconfirm = true\n")
            .unwrap();
        fs::write(place.path("event.json"), event("sign-up.json")).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A command that starts in the folder and finds nothing compiled.
    fn command(&self) -> Command {
        let mut command = admit();
        command.current_dir(self.0.path()).env("ADMIT_CACHE", "off");
        command
    }

    fn run(&self, args: &str) -> Output {
        self.command().args(args.split(' ')).output().unwrap()
    }
}

fn policy(name: &str) -> String {
    format!(
        "[[policy]]\nid = \"{name}\"\ncomponent = \"{name}.wasm\"\nreads = []\n\
         verdicts = [\"confirm\", \"deny\"]\n\n"
    )
}

/// Whether words name the component, the limit, and what can be done.
fn tells_why(words: &str) -> bool {
    let limits = ["s of processor time to compile", "MiB of memory to compile"];
    words.contains("`expensive.wasm`: takes more than ")
        && limits.iter().any(|limit| words.contains(limit))
        && words.contains("make the component smaller")
}

#[test]
fn check_continues_after_an_expensive_component() {
    let place = Place::new();
    let output = place.run("check admit.toml --format json");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let of = |policy: &str, rule: &str| {
        findings.iter().filter(|f| f["policy"] == policy && f["rule"] == rule).collect::<Vec<_>>()
    };
    let [expensive] = of("expensive", "component")[..] else { panic!("{findings:?}") };
    assert!(tells_why(expensive["message"].as_str().unwrap()), "{expensive}");
    assert!(of("good", "component").is_empty(), "{findings:?}");
    // It was looked at to the end.
    assert_eq!(of("good", "no-metadata").len(), 1, "{findings:?}");
}

#[test]
fn every_command_names_the_expensive_component() {
    let place = Place::new();
    fs::write(place.path("cases-of-one.toml"), "[[case]]\nname = \"any\"\nconfirm = true\n")
        .unwrap();
    for args in [
        "eval --manifest admit.toml event.json",
        "test admit.toml",
        "report admit.toml -o report.html",
        "bench admit.toml --samples 10",
        "bundle --manifest admit.toml -o bundle",
        "diff good.toml admit.toml --events event.json",
    ] {
        let output = place.run(args);
        assert_eq!(output.status.code(), Some(1), "{args}: {}", stdout(&output));
        let said = stderr(&output);
        assert!(tells_why(&said) && said.contains("admit.toml:3"), "{args}: {said}");
    }
    assert!(!place.path("bundle").exists() && !place.path("report.html").exists());
}

#[test]
fn serve_keeps_the_previous_policies() {
    let place = Place::new();
    let manifest = place.path("served.toml");
    fs::write(&manifest, policy("good")).unwrap();
    let served = Served::start(&manifest);
    let event = event("sign-up.json");
    let confirms = || served.invoke(&event).body.contains("\"autoConfirmUser\": true");
    assert!(confirms());
    fs::write(&manifest, ["expensive", "good"].map(policy).concat()).unwrap();
    let said = served.said_line("`expensive.wasm`");
    assert!(tells_why(&said), "{said}");
    served.said_line("keeping the previous policies");
    assert!(confirms());
    fs::write(&manifest, policy("good") + "limits = { time = \"50ms\" }\n").unwrap();
    served.said_line("reloaded");
    assert!(confirms());
}

/// A component that was compiled before starts no process.
#[cfg(target_os = "linux")]
#[test]
fn a_component_that_is_kept_starts_no_process() {
    if !is_there("a component that is kept starts no process", "strace") {
        return;
    }
    let place = Place::new();
    let trace = place.path("trace");
    let started = || {
        let mut command = Command::new("strace");
        command.args(["--follow-forks", "--trace=execve", "--signal=none", "--output"]).arg(&trace);
        command.arg(admit().get_program()).args(["eval", "--manifest", "good.toml", "event.json"]);
        command.current_dir(place.0.path()).env("ADMIT_CACHE", place.path("cache"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let trace = fs::read_to_string(&trace).unwrap();
        trace.lines().filter(|line| line.contains("execve(") && line.ends_with("= 0")).count()
    };
    assert_eq!((started(), started()), (2, 1));
}

/// No process that compiles outlives the tool, however it was ended.
#[cfg(target_os = "linux")]
#[test]
fn the_compiling_process_ends_with_the_tool() {
    let place = Place::new();
    let mut tool = place.command();
    tool.args(["check", "expensive.wasm"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut tool = tool.spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    let wait = |what: &str, mut is_so: Box<dyn FnMut() -> bool + '_>| {
        while !is_so() {
            assert!(Instant::now() < end, "{what}");
            thread::sleep(Duration::from_millis(5));
        }
    };
    let mut child = None;
    let find = || {
        child = children(tool.id()).pop();
        child.is_some()
    };
    wait("no process is started to compile", Box::new(find));
    tool.kill().unwrap();
    tool.wait().unwrap();
    let child = child.unwrap();
    wait("what compiles lives on", Box::new(|| !is_running(child)));
}

/// The processes that one has started.
#[cfg(target_os = "linux")]
fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| status(*id).is_some_and(|(_, of)| of == parent)).collect()
}

/// Nor as a zombie.
#[cfg(target_os = "linux")]
fn is_running(process: u32) -> bool {
    status(process).is_some_and(|(state, _)| state != 'Z' && state != 'X')
}

/// The state of a process, and its parent.
#[cfg(target_os = "linux")]
fn status(process: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

/// Each of these is a file of a few hundred KB or some MB that was compiled for a minute or took
/// gigabytes.
#[test]
fn a_recognisably_expensive_component_is_not_compiled() {
    let folder = tempfile::tempdir().unwrap();
    let empty: &[u8] = &[0x60, 0, 0];
    let nop: &[u8] = &[0x01, 0x0b];
    let nested = [&[0x02, 0x40].repeat(70_000)[..], &[0x0b].repeat(70_001)].concat();
    for (name, module, reason) in [
        ("many-functions", module(empty, &vec![nop; 900_000]), "functions; the maximum is 30000"),
        ("deep", module(empty, &[&nested]), "blocks times their depth are 49000000"),
    ] {
        let file = format!("{name}.wasm");
        fs::write(folder.path().join(&file), policy_with(&module)).unwrap();
        let started = Instant::now();
        let output = admit().arg("check").arg(folder.path().join(&file)).output().unwrap();
        let said = stdout(&output) + &stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(reason), "{said}");
        assert!(started.elapsed() < Duration::from_secs(20), "{name}: {:?}", started.elapsed());
    }
}
