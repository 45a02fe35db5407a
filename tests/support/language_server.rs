//! A language server, spoken to as an editor does.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take to read a file and its schema.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server of the Language Server Protocol, which an editor asks while a file is written.
pub struct LanguageServer {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    calls: u32,
}

impl LanguageServer {
    /// Starts it for a folder.
    pub fn start(mut command: Command, folder: &Path) -> LanguageServer {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = piped.spawn().expect("the server runs");
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut server = LanguageServer { process, input, output, calls: 0 };
        let capabilities = json!({
            "textDocument": { "hover": { "contentFormat": ["markdown"] }, "completion": {} }
        });
        let root = uri(folder);
        server.call(
            "initialize",
            json!({ "processId": null, "rootUri": root, "capabilities": capabilities }),
        );
        server.send(&json!({ "method": "initialized", "params": {} }));
        server
    }

    /// Opens a file, and waits until the server has something to say about a place in it: line
    /// and column, from 0.
    pub fn open(&mut self, file: &Path, place: (u32, u32)) {
        let text = std::fs::read_to_string(file).expect("a file");
        let document =
            json!({ "uri": uri(file), "languageId": "toml", "version": 1, "text": text });
        let params = json!({ "textDocument": document });
        self.send(&json!({ "method": "textDocument/didOpen", "params": params }));
        let end = Instant::now() + PATIENCE;
        while self.hover(file, place).is_empty() {
            assert!(Instant::now() < end, "the server has nothing to say");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The text shown beside a place: line and column, from 0.
    pub fn hover(&mut self, file: &Path, place: (u32, u32)) -> String {
        let result = self.call("textDocument/hover", at(file, place));
        result["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The completions at a place: line and column, from 0.
    pub fn completions(&mut self, file: &Path, place: (u32, u32)) -> Vec<String> {
        let result = self.call("textDocument/completion", at(file, place));
        let items = result.as_array().or(result["items"].as_array()).cloned().unwrap_or_default();
        items.iter().map(|item| item["label"].as_str().expect("a label").to_owned()).collect()
    }

    /// Asks, and waits for the answer.
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let id = format!("call {}", self.calls);
        self.send(&json!({ "id": id, "method": method, "params": params }));
        loop {
            let mut message = self.receive();
            if message["id"] == id.as_str() {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].take();
            }
            self.answer(&message);
        }
    }

    /// Answers what the server asks by nothing.
    fn answer(&mut self, message: &Value) {
        if !message["id"].is_null() {
            self.send(&json!({ "id": message["id"], "result": null }));
        }
    }

    fn send(&mut self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = "2.0".into();
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it listens");
        self.input.flush().expect("it listens");
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            let bytes = self.output.read_line(&mut line).expect("it speaks");
            assert!(bytes > 0, "the server is gone");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse().expect("a length"),
                Some(_) => {}
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).expect("it speaks");
        serde_json::from_slice(&text).expect("JSON")
    }
}

impl Drop for LanguageServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn at(file: &Path, (line, character): (u32, u32)) -> Value {
    json!({
        "textDocument": { "uri": uri(file) },
        "position": { "line": line, "character": character }
    })
}
