//! `admit serve` as a process.

use crate::admit;
use crate::http::post;
use crate::lines::Lines;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub use crate::http::Response;

/// `admit serve` in a process of its own, on a free port.
pub struct Served {
    child: Child,
    /// Its standard error.
    said: Lines,
    /// Its standard output.
    log: File,
    address: String,
}

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
        let said = Lines::of(child.stderr.take().expect("its errors"));
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
        self.said.wait_for(text)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
