//! One chapter from its first block to its last, in a folder of its own.

use admit_core::{Manifest, Metadata};
use admit_tests::{Block, Served, Workplace, admit, is_as_shown, root};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// What a reader has before them at one place of a chapter.
pub(super) struct Session {
    chapter: &'static str,
    workplace: Workplace,
    /// Where the reader's shell is.
    folder: PathBuf,
    /// What a command started behind others, until it is stopped.
    serving: Option<Served>,
    /// What the last block of commands said, until it is compared.
    said: Option<String>,
}

impl Session {
    /// Does what the blocks say, and fails at the first that is not so.
    pub(super) fn run(chapter: &'static str, blocks: &[Block]) {
        let workplace = Workplace::new();
        let folder = workplace.path().to_owned();
        let mut session = Session { chapter, workplace, folder, serving: None, said: None };
        for block in blocks {
            session.block(block);
        }
        assert!(session.serving.is_none(), "{chapter}: something is still being served");
    }

    fn block(&mut self, block: &Block) {
        let place = format!("{}:{}", self.chapter, block.line);
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
                let contract = fs::read_to_string(root().join("wit/policy.wit")).unwrap();
                let bare = |text: &str| -> Vec<String> {
                    text.lines().map(|line| line.trim().to_owned()).collect()
                };
                let (contract, shown) = (bare(&contract), bare(&block.text));
                assert!(
                    contract.windows(shown.len()).any(|lines| lines == shown),
                    "{place}: not in wit/policy.wit word for word"
                );
            }
            "json" => {
                let json: Result<Value, _> = serde_json::from_str(&block.text);
                json.unwrap_or_else(|error| panic!("{place}: {error}"));
                self.write(block, &place);
            }
            "rust" | "wat" => {
                self.write(block, &place);
            }
            "toml" => {
                let path = self.write(block, &place);
                let name = path.file_name().and_then(|name| name.to_str()).unwrap();
                match name {
                    "policy.toml" => {
                        let schema = |name: &str| {
                            let text = fs::read_to_string(path.with_file_name(name));
                            let text = text.map_err(|error| error.to_string())?;
                            serde_json::from_str(&text).map_err(|error| error.to_string())
                        };
                        Metadata::from_toml(name, &block.text, schema)
                            .unwrap_or_else(|error| panic!("{place}: {error}"));
                    }
                    _ if name.ends_with("admit.toml") => {
                        Manifest::from_toml(name, &block.text)
                            .unwrap_or_else(|error| panic!("{place}: {error}"));
                    }
                    _ => panic!("{place}: no kind of file: {name}"),
                }
            }
            kind => panic!("{place}: no kind of block: `{kind}`"),
        }
    }

    /// Writes a block to the file that the text before it names at its end, such as `` `a`: ``.
    fn write(&self, block: &Block, place: &str) -> PathBuf {
        let name = block.before.strip_suffix("`:").and_then(|before| before.rsplit('`').next());
        let name = name.unwrap_or_else(|| panic!("{place}: no `file`: before it"));
        assert!(!name.starts_with('/') && !name.contains(".."), "{place}: {name}");
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &block.text).unwrap();
        path
    }

    /// Runs commands one by one and returns what they say together.
    fn commands(&mut self, block: &str, place: &str) -> String {
        let mut all = String::new();
        for command in block.replace("\\\n", " ").lines() {
            all += &self.command(command, place);
        }
        all
    }

    fn command(&mut self, line: &str, place: &str) -> String {
        let (command, expected) = match line.split_once("  # exit status ") {
            Some((command, status)) => (command, status.trim().parse().expect("a status")),
            None => (line, 0),
        };
        if let Some(command) = command.strip_suffix(" &") {
            self.serve(command, place);
            return String::new();
        }
        if command == "kill %1" {
            self.serving.take().unwrap_or_else(|| panic!("{place}: nothing to stop"));
            return String::new();
        }
        // The tool that turns text into a component is a library here.
        if let ["wasm-tools", "parse", text, "-o", component] =
            command.split(' ').collect::<Vec<_>>()[..]
        {
            let bytes = wat::parse_file(self.folder.join(text));
            let bytes = bytes.unwrap_or_else(|error| panic!("{place}: {error}"));
            fs::write(self.folder.join(component), bytes).unwrap();
            return String::new();
        }
        let url = self.serving.as_ref().map(Served::url);
        let command = match url {
            Some(url) => command.replace("http://127.0.0.1:3001", &url),
            None => command.to_owned(),
        };
        let after = self.workplace.path().join("bin/folder");
        let script = format!("exec 2>&1\n{command}\npwd > '{}'", after.display());
        let mut shell = self.workplace.shell(&script);
        shell.current_dir(&self.folder);
        // Kept from run to run, since most of it is other people's crates.
        shell.env("CARGO_TARGET_DIR", root().join("target/guide"));
        let output = shell.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(expected), "{place}: {command}\n{said}");
        if expected == 0 {
            self.folder = fs::read_to_string(after).unwrap().trim_end().into();
        }
        said
    }

    /// Starts `admit serve` as the line says, but on a port that is free.
    fn serve(&mut self, command: &str, place: &str) {
        let words: Vec<&str> = command.split_whitespace().collect();
        let ["admit", "serve", rest @ ..] = &words[..] else { panic!("{place}: {command}") };
        assert!(self.serving.is_none(), "{place}: two at once");
        let mut command = admit();
        command.arg("serve").args(rest).current_dir(&self.folder);
        self.serving = Some(Served::start_command(command));
    }
}
