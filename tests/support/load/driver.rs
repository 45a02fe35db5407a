use super::{Drive, Load};
use crate::{Answer, event};
use serde_json::json;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
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

/// What the driver is asked for.
struct Options {
    event: Option<PathBuf>,
    requests: u32,
    starts: u32,
    at_once: u32,
    patience: Duration,
    format: Format,
    command: Vec<OsString>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Table,
    Json,
    Help,
}

const HELP: &str = "\
Measures any command that speaks Lambda's Runtime API.

Usage: load [OPTIONS] -- COMMAND [ARG...]

  --event FILE        what is sent; else a sign-up
  --requests N        warm requests, to the last process after its first [default: 2000]
  --starts N          processes, each of which answers one request first [default: 20]
  --at-once N         sets AWS_LAMBDA_MAX_CONCURRENCY: the function asks for so many at once
  --patience SECONDS  how long the function may say nothing [default: 20]
  --format FORMAT     `table` or `json` [default: table]
  --help

init           from starting the process to its first question for an event
first answer   from starting the process to its first answer
warm           from sending an event to the answer
processor      processor time a warm request, of all threads and descendants
a second       warm requests
peak memory    resident, of the largest start

Pin it to one core with `taskset -c 1`: else the answers cross from one core to the other.
";

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
        let drive = Drive { requests: 1 + requests, at_once, patience, ..Drive::default() };
        let mut command = Command::new(&options.command[0]);
        command.args(&options.command[1..]);
        let run = drive
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

impl Options {
    fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Options, DriverError> {
        let mut options = Options {
            event: None,
            requests: 2_000,
            starts: 20,
            at_once: 1,
            patience: Drive::default().patience,
            format: Format::Table,
            command: Vec::new(),
        };
        while let Some(arg) = args.next() {
            let name = arg.to_string_lossy().into_owned();
            if name == "--" {
                options.command = args.collect();
                break;
            }
            if name == "--help" {
                return Ok(Options { format: Format::Help, ..options });
            }
            let value = args.next().filter(|value| value != "--");
            let known = value.clone().unwrap_or_default();
            let number = |least: u32| {
                let number = known.to_str().and_then(|text| text.parse().ok());
                number.filter(|number| *number >= least)
            };
            let taken = match name.as_str() {
                "--event" => value.map(|path| options.event = Some(path.into())),
                "--requests" => number(0).map(|number| options.requests = number),
                "--starts" => number(1).map(|number| options.starts = number),
                "--at-once" => number(1).map(|number| options.at_once = number),
                "--patience" => {
                    number(1).map(|seconds| options.patience = Duration::from_secs(seconds.into()))
                }
                "--format" => match known.to_str() {
                    Some("table") => Some(options.format = Format::Table),
                    Some("json") => Some(options.format = Format::Json),
                    _ => None,
                },
                _ => return Err(usage(&format!("unknown argument `{name}`"))),
            };
            if taken.is_none() {
                let value = known.to_string_lossy();
                return Err(usage(&match known.is_empty() {
                    true => format!("`{name}` needs a value"),
                    false => format!("`{name}` cannot be `{value}`"),
                }));
            }
        }
        match options.command.is_empty() {
            true => Err(usage("no command: put it behind `--`")),
            false => Ok(options),
        }
    }
}

fn usage(wrong: &str) -> DriverError {
    DriverError::Usage(format!("{wrong}; `--help` says what there is"))
}
