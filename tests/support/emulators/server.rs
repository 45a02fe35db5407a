//! An emulator as a process.

use super::listening::{is_local, listening};
use crate::{stderr, stdout};
use serde_json::Value;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A server in a process group of its own, all of which ends with it.
pub(crate) struct Server {
    group: Child,
    reader: Option<JoinHandle<()>>,
    last_lines: Arc<Mutex<VecDeque<String>>>,
    url: String,
}

/// Ends the whole group when the server ends, or the input: the server may have started processes
/// of its own. The input also ends where the test is killed.
const GUARD: &str = r#"exec 2>&1
{ "$@" < /dev/null; kill -KILL 0; } &
read -r _
kill -KILL 0"#;

const PATIENCE: Duration = Duration::from_secs(60);

impl Server {
    /// Starts a server and waits until it says where it listens, so that it can take any free port.
    pub(crate) fn start(command: &Command) -> Server {
        let mut guarded = Command::new("sh");
        guarded.args(["-c", GUARD, "sh"]).arg(command.get_program()).args(command.get_args());
        guarded.env_clear().envs(command.get_envs().filter_map(|(name, to)| Some((name, to?))));
        if let Some(folder) = command.get_current_dir() {
            guarded.current_dir(folder);
        }
        guarded.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut group = guarded.spawn().expect("a shell");
        let output = group.stdout.take().expect("its output");
        let last_lines = Arc::default();
        let (says_url, url) = channel();
        let lines = Arc::clone(&last_lines);
        let reader = thread::spawn(move || read(output, &lines, &says_url));
        let mut server = Server { group, reader: Some(reader), last_lines, url: String::new() };
        server.url = url.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            panic!("{:?} does not come up:\n{}", command.get_program(), server.last_lines())
        });
        server
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The output of a client of the server.
    pub(crate) fn ask(&self, mut client: Command) -> Value {
        let output = client.output().expect("the client starts");
        let printed = stdout(&output);
        serde_json::from_str(&printed).unwrap_or_else(|_| {
            let words = stderr(&output);
            panic!("the client fails:\n{printed}{words}\nthe server:\n{}", self.last_lines())
        })
    }

    /// Where its processes listen, and whether each is this machine alone.
    pub(crate) fn listens_on(&self) -> Vec<(String, bool)> {
        let addresses = listening(self.group.id());
        addresses.into_iter().map(|address| (address.clone(), is_local(&address))).collect()
    }

    fn last_lines(&self) -> String {
        self.last_lines.lock().unwrap().iter().flat_map(|line| [line, "\n"]).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.group.stdin.take());
        let _ = self.group.wait();
        // The output ends with the last process that could write to it.
        let _ = self.reader.take().map(JoinHandle::join);
    }
}

/// Keeps the last lines, and sends the URL once it is there.
fn read(output: impl Read, last_lines: &Mutex<VecDeque<String>>, says_url: &Sender<String>) {
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        if let Some(url) = url(&line) {
            let _ = says_url.send(url);
        }
        let mut last_lines = last_lines.lock().unwrap();
        last_lines.push_back(line);
        if last_lines.len() > 40 {
            last_lines.pop_front();
        }
    }
}

/// The URL in a line such as `Running on http://127.0.0.1:4566 (CTRL + C to quit)`.
fn url(line: &str) -> Option<String> {
    const HOST: &str = "http://127.0.0.1:";
    let port = line.split_once("unning on ")?.1.strip_prefix(HOST)?;
    let port: String = port.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("{HOST}{port}"))
}
