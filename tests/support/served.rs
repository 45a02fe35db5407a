//! `admit serve` as a process.

use crate::admit;
use crate::http::post;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

pub use crate::http::Response;

/// `admit serve` in a process of its own, on a free port.
pub struct Served {
    child: Child,
    /// What it says on the terminal.
    said: Receiver<String>,
    /// What it writes to standard output.
    log: File,
    address: String,
}

const PATIENCE: Duration = Duration::from_secs(60);

impl Served {
    /// Starts it with a manifest.
    pub fn start(manifest: &Path) -> Served {
        let mut command = admit();
        command.args(["serve", "--manifest"]).arg(manifest);
        Served::start_command(command)
    }

    /// Starts it by a command without a port.
    pub fn start_command(mut command: Command) -> Served {
        command.args(["--port", "0"]).stdin(Stdio::null()).stderr(Stdio::piped());
        let log = tempfile::tempfile().expect("a file");
        command.stdout(log.try_clone().expect("the file again"));
        let mut child = command.spawn().expect("admit starts");
        let (lines, said) = channel();
        let errors = BufReader::new(child.stderr.take().expect("its errors"));
        thread::spawn(move || errors.lines().map_while(Result::ok).try_for_each(|l| lines.send(l)));
        let mut served = Served { child, said, log, address: String::new() };
        let line = served.said_line("listening on http://");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        served.address = address.expect("an address").to_owned();
        served
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Its address and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its URL, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Invokes the function with an event.
    pub fn invoke(&self, event: &str) -> Response {
        self.post("/2015-03-31/functions/admit/invocations", &[], event)
    }

    /// Posts anything anywhere.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        post(&self.address, path, headers, body)
    }

    /// Ends it and returns what it wrote to its log.
    pub fn end_log(mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let mut text = String::new();
        self.log.rewind().expect("a file");
        self.log.read_to_string(&mut text).expect("text");
        text
    }

    /// Waits for a line on the terminal that contains this.
    pub fn said_line(&self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        let mut lines = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => lines.push(line),
                Err(_) => panic!("`{text}` is not said, but {lines:?}"),
            }
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
