//! `admit test --watch`.

use super::expectations::PASSING;
use super::manifest;
use admit_tests::admit;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

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
        wait_for(&self.said, "waiting for changes");
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
    wait_for(&watched.said, "waiting for changes");
    // They are gone for a while.
    fs::remove_file(folder.path().join("cases.toml")).unwrap();
    wait_for(&watched.said, "cannot read the cases `cases.toml`");
    wait_for(&watched.said, "waiting for changes");
    write("cases.toml", &PASSING.replace("Not today", "Not now"));
    watched.ran("6 passed, 0 failed");
}
