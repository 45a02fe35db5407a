//! A shell that the blocks of a page are typed into, one after the other.

use admit_tests::{TempRepo, target_of_projects};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

pub(super) struct Shell {
    process: Child,
    keyboard: ChildStdin,
    screen: Receiver<String>,
    repo: TempRepo,
}

/// The shell prints this when a block is done; no command of a page does.
const DONE: &str = "--- done:";

/// The longest that one block may take: the first builds what it needs.
const PATIENCE: Duration = Duration::from_secs(600);

impl Shell {
    pub(super) fn start() -> Shell {
        let repo = TempRepo::new();
        let mut process = repo
            .program("bash", &["--noprofile", "--norc"])
            .env("CARGO_TARGET_DIR", target_of_projects())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash runs");
        let mut keyboard = process.stdin.take().expect("a pipe");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let (sender, screen) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        writeln!(keyboard, "exec 2>&1").expect("the shell listens");
        Shell { process, keyboard, screen, repo }
    }

    /// Types a block, and returns what is then on the screen, with the status of its last
    /// command.
    pub(super) fn run(&mut self, commands: &str) -> (String, i32) {
        // On a line of its own, behind an unfinished line of a command.
        write!(self.keyboard, "{commands}\nprintf '\\n{DONE}%s\\n' $?\n").expect("it listens");
        let mut said = String::new();
        loop {
            let line = self.screen.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no end of `{commands}` after {said}"));
            if let Some(status) = line.strip_prefix(DONE) {
                let said = said.trim_end().to_owned() + "\n";
                return (said, status.parse().expect("a status"));
            }
            said += &line;
            said.push('\n');
        }
    }

    /// The folder in which it began.
    pub(super) fn start_folder(&self) -> &Path {
        self.repo.path()
    }

    /// The folder that it is in.
    pub(super) fn folder(&mut self) -> PathBuf {
        self.run("pwd").0.trim_end().into()
    }
}

impl Drop for Shell {
    /// Ends it with everything that it left running.
    fn drop(&mut self) {
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).status();
        let _ = self.process.wait();
    }
}
