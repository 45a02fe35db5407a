//! One chapter from its first block to its last, typed into one shell.

use super::shell::Shell;
use admit_core::{Manifest, Metadata};
use admit_tests::{Block, is_as_shown, root};
use serde_json::Value;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// The state of a reader at one place of a chapter.
pub(super) struct Session {
    chapter: &'static str,
    shell: Shell,
    /// The port that `admit serve` has here, in place of its default.
    port: String,
    /// The output of the last block of commands, until it is compared.
    said: Option<String>,
}

/// The port of `admit serve` where none is named.
const DEFAULT_PORT: &str = "3001";

impl Session {
    /// Does what the blocks say, and fails at the first that is not so. What they leave behind
    /// is there as long as the session is.
    pub(super) fn run(chapter: &'static str, blocks: &[Block]) -> Session {
        let mut session = Session { chapter, shell: Shell::start(), port: free_port(), said: None };
        for block in blocks {
            session.block(block);
        }
        session
    }

    /// The folder in which it began.
    pub(super) fn start_folder(&self) -> &Path {
        self.shell.start_folder()
    }

    fn block(&mut self, block: &Block) {
        let place = format!("docs/src/{}:{}", self.chapter, block.line);
        let said = self.said.take();
        match block.info.as_str() {
            "sh" => self.said = Some(self.commands(&block.text, &place)),
            "text" => {
                let said = said.unwrap_or_else(|| panic!("{place}: the output of no command"));
                assert!(
                    is_as_shown(&block.text, &said),
                    "{place}\n--- shown\n{}--- said\n{said}",
                    block.text
                );
            }
            "wit" => {
                let contract = ["0.1.0", "0.2.0"].map(|version| {
                    fs::read_to_string(root().join("wit").join(version).join("policy.wit")).unwrap()
                });
                let contract = contract.concat();
                let bare = |text: &str| -> Vec<String> {
                    text.lines().map(|line| line.trim().to_owned()).collect()
                };
                let (contract, shown) = (bare(&contract), bare(&block.text));
                assert!(
                    contract.windows(shown.len()).any(|lines| lines == shown),
                    "{place}: not in a version of the contract word for word"
                );
            }
            "json" => {
                let json: Result<Value, _> = serde_json::from_str(&block.text);
                json.unwrap_or_else(|error| panic!("{place}: {error}"));
                self.write(block, &place);
            }
            "toml" => {
                let path = self.write(block, &place);
                check_toml(&path, &block.text, &place);
            }
            "rust" | "ts" | "python" | "c" | "wat" => {
                self.write(block, &place);
            }
            // A drawing, and what is for a program that is not here.
            "text,figure" | "yaml,elsewhere" => {}
            kind => panic!("{place}: no kind of block: `{kind}`"),
        }
    }

    /// Writes a block to the file that the text before it names at its end, such as `` `a`: ``.
    fn write(&mut self, block: &Block, place: &str) -> PathBuf {
        let name = block.before.strip_suffix("`:").and_then(|before| before.rsplit('`').next());
        let name = name.unwrap_or_else(|| panic!("{place}: no `file`: before it"));
        assert!(!name.starts_with('/') && !name.contains(".."), "{place}: {name}");
        let path = self.shell.folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &block.text).unwrap();
        path
    }

    /// Types a block, whose last command ends with the status that is written behind it, and
    /// returns what it says.
    fn commands(&mut self, block: &str, place: &str) -> String {
        let last = block.trim_end().lines().next_back().unwrap_or_default();
        let status = match last.split_once("  # exit status ") {
            Some((_, status)) => status.trim().parse().expect("a status"),
            None => 0,
        };
        let mut typed = String::new();
        for line in block.lines() {
            // The tool that turns text into a component is a library here.
            if let ["wasm-tools", "parse", text, "-o", component] =
                line.split(' ').collect::<Vec<_>>()[..]
            {
                let folder = self.shell.folder();
                let bytes = wat::parse_file(folder.join(text));
                let bytes = bytes.unwrap_or_else(|error| panic!("{place}: {error}"));
                fs::write(folder.join(component), bytes).unwrap();
                continue;
            }
            typed += &line.replace("admit serve ", &format!("admit serve --port {} ", self.port));
            typed.push('\n');
        }
        let typed = typed
            .replace(&format!("127.0.0.1:{DEFAULT_PORT}"), &format!("127.0.0.1:{}", self.port));
        let (said, ended) = self.shell.run(&typed);
        assert_eq!(ended, status, "{place}: {typed}{said}");
        let said = without_first_builds(&said);
        said.replace(&format!("127.0.0.1:{}", self.port), &format!("127.0.0.1:{DEFAULT_PORT}"))
    }
}

/// The output without the lines that only the first build prints.
fn without_first_builds(said: &str) -> String {
    let is_first = |line: &&str| {
        line.starts_with("building `") && line.ends_with("for the first time, which takes a moment")
    };
    said.lines().filter(|line| !is_first(line)).map(|line| line.to_owned() + "\n").collect()
}

/// The tool must take what a page shows as a file of its own kinds. The rest is tried by the
/// commands behind it.
fn check_toml(path: &Path, text: &str, place: &str) {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap();
    match name {
        "policy.toml" => {
            let schema = |name: &str| {
                // It may be made later.
                let text = fs::read_to_string(path.with_file_name(name));
                let text = text.unwrap_or_else(|_| "{}".to_owned());
                serde_json::from_str(&text).map_err(|error| error.to_string())
            };
            Metadata::from_toml(name, text, schema)
                .unwrap_or_else(|error| panic!("{place}: {error}"));
        }
        _ if name.ends_with("admit.toml") => {
            Manifest::from_toml(name, text).unwrap_or_else(|error| panic!("{place}: {error}"));
        }
        "cases.toml" | "Cargo.toml" => {}
        _ => panic!("{place}: no kind of file: {name}"),
    }
}

fn free_port() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port().to_string()
}
