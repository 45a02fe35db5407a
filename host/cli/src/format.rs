use clap::ValueEnum;
use serde::Serialize;
use std::io::{self, Write, stdout};

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// Prints a result as one JSON object.
pub(crate) fn print_json(result: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(result)? + "\n";
    stdout().lock().write_all(text.as_bytes())
}
