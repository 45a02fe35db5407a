//! The load driver as a command.

use super::options::{Format, HELP, Options};
use super::{Load, LoadRun};
use crate::{Answer, event};
use serde_json::json;
use std::ffi::OsString;
use std::process::Command;
use std::{fmt, fs};

/// Why the driver has no figures.
#[derive(Debug)]
pub enum DriverError {
    /// It was called in a way that it does not understand.
    Usage(String),
    /// The function cannot be measured.
    Function(String),
}

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (DriverError::Usage(text) | DriverError::Function(text)) = self;
        f.write_str(text)
    }
}

/// Measures the command that these arguments name; returns what is to be printed.
pub fn driver(args: impl IntoIterator<Item = OsString>) -> Result<String, DriverError> {
    let options = Options::parse(args.into_iter())?;
    if options.format == Format::Help {
        return Ok(HELP.to_owned());
    }
    let function = |error: String| DriverError::Function(error);
    let event = match &options.event {
        None => event("sign-up.json"),
        Some(path) => fs::read_to_string(path)
            .map_err(|error| function(format!("cannot read `{}`: {error}", path.display())))?,
    };
    let mut load = Load::default();
    let mut first = None;
    let mut differing = 0;
    for start in 1..=options.starts {
        let requests = if start == options.starts { options.requests } else { 0 };
        let Options { at_once, patience, .. } = options;
        let load_run = LoadRun { requests: 1 + requests, at_once, patience, ..LoadRun::default() };
        let mut command = Command::new(&options.command[0]);
        command.args(&options.command[1..]);
        let run = load_run
            .run(command, &event)
            .map_err(|error| function(format!("start {start} of {}: {error}", options.starts)))?;
        let answer = first.get_or_insert_with(|| run.answer.clone());
        differing += run.differing + u32::from(*answer != run.answer);
        load.include(run);
    }
    Ok(report(&load, &first.unwrap_or(Answer::Nothing), differing, options.format))
}

fn report(load: &Load, answer: &Answer, differing: u32, format: Format) -> String {
    let (kind, text) = match answer {
        Answer::Response(text) => ("response", text.as_str()),
        Answer::Error(text) => ("error", text.as_str()),
        Answer::Nothing => ("nothing", ""),
    };
    let bytes = text.len();
    if format == Format::Json {
        let mut figures = load.to_json();
        figures["answer"] = json!({ "kind": kind, "bytes": bytes, "differing": differing });
        return format!("{figures:#}\n");
    }
    let (starts, requests) = (load.cold.len(), load.warm.len());
    let others = match differing {
        0 => String::new(),
        others => format!("; {others} answers are not like the first"),
    };
    let head = format!(
        "{starts} start{}, {requests} warm requests; the answer is {} of {bytes} bytes{others}\n\n",
        if starts == 1 { "" } else { "s" },
        if kind == "error" { "an error" } else { "a response" },
    );
    head + &load.table()
}
