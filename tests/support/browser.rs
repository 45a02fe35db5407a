//! A headless Chromium.

use crate::is_there;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A Chromium without a window, and one page in it.
///
/// It speaks the Chrome DevTools Protocol over a pipe, so that it needs no driver and no port.
pub struct Browser {
    process: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    events: VecDeque<Value>,
    last_id: u64,
    session: Option<String>,
    /// Keeps the profile until the end.
    _profile: TempDir,
}

/// How wide a page is shown, in CSS pixels.
#[derive(Debug, Clone, Copy)]
pub struct Width(pub u32);

const PATIENCE: Duration = Duration::from_secs(60);

/// The descriptors of the protocol are 3 and 4; those that a process can be given are 0 and 1.
/// All its processes end with the shell's group.
const SCRIPT: &str = r#"exec "$@" 3<&0 4>&1 0</dev/null 1>&2"#;

impl Browser {
    /// Starts it with an empty profile; none, and a word to the terminal, where the test has to
    /// be skipped.
    pub fn start(test: &str) -> Option<Browser> {
        if !is_there(test, "chromium") {
            return None;
        }
        let profile = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh", "chromium", "--headless", "--no-sandbox"]);
        command.args(["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]);
        command.args(["--disable-background-networking", "--disable-component-update"]);
        command.args(["--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"]);
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg("about:blank");
        command.process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("a shell");
        let output = process.stdout.take().unwrap();
        let (sender, messages) = channel();
        thread::spawn(move || {
            for message in BufReader::new(output).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { break };
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser = Browser {
            input: process.stdin.take(),
            process,
            messages,
            events: VecDeque::new(),
            last_id: 0,
            session: None,
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", attach);
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// Opens a file, and waits until it is there as a whole.
    pub fn open(&mut self, page: &Path, width: Width) {
        let metrics = json!({
            "width": width.0, "height": 800, "deviceScaleFactor": 1, "mobile": width.0 < 600,
        });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        self.events.clear();
        self.call("Page.navigate", json!({ "url": format!("file://{}", page.display()) }));
        self.wait_for("Page.loadEventFired");
    }

    /// Prefers the colour scheme `light` or `dark`.
    pub fn prefer(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Everything that the page asked for since it was opened, by its URL.
    pub fn requests(&mut self) -> Vec<String> {
        let url = |event: &Value| event["params"]["request"]["url"].as_str().map(str::to_owned);
        self.seen("Network.requestWillBeSent").iter().filter_map(url).collect()
    }

    /// The errors of the browser since the page was opened.
    pub fn complaints(&mut self) -> Vec<Value> {
        ["Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"]
            .iter()
            .flat_map(|method| self.seen(method))
            .collect()
    }

    /// The value of an expression of JavaScript, by the browser itself: the page may run none.
    pub fn ask(&mut self, expression: &str) -> Value {
        let evaluate = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true,
        });
        let answer = self.call("Runtime.evaluate", evaluate);
        assert!(answer["exceptionDetails"].is_null(), "{answer}");
        answer["result"]["value"].clone()
    }

    /// The page as a picture, as base64.
    pub fn picture(&mut self) -> String {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let answer = self.call("Page.captureScreenshot", whole);
        answer["data"].as_str().expect("a picture").to_owned()
    }

    /// The page printed on A4, as base64.
    pub fn print(&mut self) -> String {
        let paper = json!({ "preferCSSPageSize": true, "printBackground": false });
        let answer = self.call("Page.printToPDF", paper);
        answer["data"].as_str().expect("a document").to_owned()
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input.as_mut().unwrap().write_all(&bytes).expect("the browser listens");
        let end = Instant::now() + PATIENCE;
        loop {
            let message = self.next(method, end);
            if message["id"] == self.last_id {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push_back(message);
        }
    }

    fn wait_for(&mut self, method: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.events.iter().any(|event| event["method"] == method) {
            let message = self.next(method, end);
            self.events.push_back(message);
        }
    }

    fn next(&self, what: &str, end: Instant) -> Value {
        let left = end.saturating_duration_since(Instant::now());
        self.messages.recv_timeout(left).unwrap_or_else(|_| panic!("{what}: no answer"))
    }

    fn seen(&mut self, method: &str) -> Vec<Value> {
        while let Ok(message) = self.messages.try_recv() {
            self.events.push_back(message);
        }
        self.events.iter().filter(|event| event["method"] == method).cloned().collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends with its pipe; what it started may not.
        drop(self.input.take());
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}
