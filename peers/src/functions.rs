//! The Lambda functions that are compared: the three samples of AWS, by the same logic, each
//! under the same Runtime API.

use crate::engines::Kind;
use admit_tests::{Answer, Bundle, Lambda, bootstrap, event, native_handler};
use anyhow::{Context, bail, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One of them.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// What is made for each sign-up, and what is kept.
    pub(crate) state: &'static str,
    program: PathBuf,
    args: Vec<String>,
    folder: PathBuf,
    bundle: Option<Bundle>,
}

/// The events that all have to answer alike, and whether they admit.
const EVENTS: [(&str, Outcome); 3] = [
    ("sign-up.json", Outcome::Response),
    ("sign-up-short-name.json", Outcome::Error),
    ("console-verify-all.json", Outcome::Error),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Response,
    Error,
}

/// All of them, the bare handler first.
pub(crate) fn functions() -> anyhow::Result<[Function; 4]> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    let [node, python] = ["node", "python"].map(|name| installed.join(name));
    for folder in [&node, &python] {
        let stamp = folder.join("installed");
        ensure!(stamp.is_file(), "`{}` is not there; `peers/run` makes it", stamp.display());
    }
    let owned = |args: &[&str]| args.iter().map(|&arg| arg.to_owned()).collect();
    Ok([
        Function {
            name: "a bare Rust handler",
            kind: Kind::Native,
            state: "one process",
            program: native_handler(),
            args: Vec::new(),
            folder: installed.clone(),
            bundle: None,
        },
        Function {
            name: "`admit`, three policies",
            kind: Kind::Sandbox,
            state: "fresh sandboxes each time",
            program: bootstrap().to_owned(),
            args: Vec::new(),
            folder: installed,
            bundle: Some(Bundle::sample()),
        },
        Function {
            name: "Node with `aws-lambda-ric`",
            kind: Kind::Native,
            state: "one process",
            program: node_program()?,
            args: owned(&["node_modules/aws-lambda-ric/bin/index.mjs", "handler.handler"]),
            folder: node,
            bundle: None,
        },
        Function {
            name: "Python with `awslambdaric`",
            kind: Kind::Native,
            state: "one process",
            program: python.join("packages/bin/python"),
            args: owned(&["-m", "awslambdaric", "handler.handler"]),
            folder: python,
            bundle: None,
        },
    ])
}

/// Makes sure that they are the same function, before anything is timed.
pub(crate) fn check_agreement(functions: &[Function]) -> anyhow::Result<()> {
    for (name, outcome) in EVENTS {
        let text = event(name);
        let expected: Vec<Value> = functions
            .iter()
            .map(|function| {
                function
                    .answer(&text, outcome)
                    .with_context(|| format!("{}: {name}", function.name))
            })
            .collect::<anyhow::Result<_>>()?;
        for (function, answer) in functions.iter().zip(&expected) {
            ensure!(
                *answer == expected[0],
                "{} answers {answer} to {name}, and {} answers {}",
                function.name,
                functions[0].name,
                expected[0]
            );
        }
    }
    Ok(())
}

impl Function {
    /// The command that starts it, with nothing of the machine's but the path and a language.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(&self.folder).env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("LANG", "C.UTF-8");
        command.envs(self.bundle.as_ref().map(|bundle| ("ADMIT_BUNDLE", bundle.path())));
        command
    }

    /// What it answers: the response, or the two members of an error that Cognito reads. The
    /// clients of AWS add a stack trace.
    fn answer(&self, event: &str, expected: Outcome) -> anyhow::Result<Value> {
        let (outcome, text) = match Lambda::start_command(self.command()).invoke(event) {
            Answer::Response(text) => (Outcome::Response, text),
            Answer::Error(text) => (Outcome::Error, text),
            Answer::Nothing => bail!("no answer"),
        };
        ensure!(outcome == expected, "{text} is not an answer of the kind {expected:?}");
        let mut answer: Value = serde_json::from_str(&text)?;
        if let (Outcome::Error, Some(members)) = (outcome, answer.as_object_mut()) {
            members.retain(|name, _| name == "errorType" || name == "errorMessage");
            ensure!(members.len() == 2, "{text} has no type or no message");
        }
        Ok(answer)
    }
}

/// Node itself: what is on the path may be a script that looks for it.
fn node_program() -> anyhow::Result<PathBuf> {
    let output = Command::new("node").args(["-p", "process.execPath"]).output();
    let output = output.context("cannot run node")?;
    Ok(String::from_utf8(output.stdout)?.trim().into())
}
