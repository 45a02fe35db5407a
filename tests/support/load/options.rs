//! The options of the load driver.

use super::{DriverError, LoadRun};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

/// The options of one call.
pub(crate) struct Options {
    pub(crate) event: Option<PathBuf>,
    pub(crate) requests: u32,
    pub(crate) starts: u32,
    pub(crate) at_once: u32,
    pub(crate) patience: Duration,
    pub(crate) format: Format,
    pub(crate) command: Vec<OsString>,
}

/// The format of the output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Json,
    Help,
}

pub(crate) const HELP: &str = "\
Measures any command that speaks Lambda's Runtime API.

Usage: load [OPTIONS] -- COMMAND [ARG...]

  --event FILE        what is sent; else a sign-up
  --requests N        warm requests, to the last process after its first [default: 2000]
  --starts N          processes, each of which answers one request first [default: 20]
  --at-once N         sets AWS_LAMBDA_MAX_CONCURRENCY: the function asks for N events at once
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

const MANY: u32 = 10_000_000;
/// Two threads each wait for what the function says.
const MAX_AT_ONCE: u32 = 1_000;

impl Options {
    pub(crate) fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Options, DriverError> {
        let mut options = Options {
            event: None,
            requests: 2_000,
            starts: 20,
            at_once: 1,
            patience: LoadRun::default().patience,
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
            let number = |least: u32, most: u32| {
                let number = known.to_str().and_then(|text| text.parse().ok());
                number.filter(|number| (least..=most).contains(number))
            };
            let taken = match name.as_str() {
                "--event" => value.map(|path| options.event = Some(path.into())),
                "--requests" => number(0, MANY).map(|number| options.requests = number),
                "--starts" => number(1, MANY).map(|number| options.starts = number),
                "--at-once" => number(1, MAX_AT_ONCE).map(|number| options.at_once = number),
                "--patience" => number(1, MANY)
                    .map(|seconds| options.patience = Duration::from_secs(seconds.into())),
                "--format" => format(&known).map(|format| options.format = format),
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

fn format(name: &OsStr) -> Option<Format> {
    match name.to_str()? {
        "table" => Some(Format::Table),
        "json" => Some(Format::Json),
        _ => None,
    }
}

fn usage(wrong: &str) -> DriverError {
    DriverError::Usage(format!("{wrong}; `--help` says what there is"))
}
