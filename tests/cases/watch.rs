//! `admit test --watch`.

use super::expectations::PASSING;
use super::manifest;
use admit_tests::{Lines, admit};
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};

/// `admit test --watch` in a process of its own.
struct Watched {
    child: Child,
    /// Its standard output.
    results: Lines,
    /// Its standard error.
    said: Lines,
}

impl Watched {
    fn start(folder: &Path) -> Watched {
        let mut command = admit();
        command.current_dir(folder).args(["test", "--watch"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let results = Lines::of(child.stdout.take().unwrap());
        let said = Lines::of(child.stderr.take().unwrap());
        Watched { child, results, said }
    }

    /// Waits for a run with these results, and until it waits for the next change.
    fn ran(&self, results: &str) {
        self.results.wait_for(results);
        self.said.wait_for("waiting for changes");
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_change_runs_the_cases_again() {
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
    watched.said.wait_for("invalid type: integer `7`");
    watched.said.wait_for("waiting for changes");
    // They are gone for a while.
    fs::remove_file(folder.path().join("cases.toml")).unwrap();
    watched.said.wait_for("cannot read the cases `cases.toml`");
    watched.said.wait_for("waiting for changes");
    write("cases.toml", &PASSING.replace("Not today", "Not now"));
    watched.ran("6 passed, 0 failed");
}
