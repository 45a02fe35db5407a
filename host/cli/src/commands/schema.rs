//! `admit schema`: prints the JSON Schemas.

use crate::exit_status::ExitStatus;
use crate::schemas::Schema;
use clap::ValueEnum;
use std::io::{Write, stdout};

/// Print the JSON Schema of a file, for editors and other tools
///
/// Without a name, lists those that there are.
///
/// An editor that knows TOML by schemas (Even Better TOML in VS Code, taplo or tombi in others)
/// completes and checks a file whose first line says where its schema is, as a path from the
/// file or as a URL:
///
///   #:schema ./admit.schema.json
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "Example: admit schema admit > admit.schema.json")]
pub(crate) struct Args {
    /// What the schema describes
    #[arg(value_enum)]
    name: Option<Schema>,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        match self.name {
            Some(schema) => stdout().write_all(schema.text().as_bytes())?,
            None => stdout().write_all(list().as_bytes())?,
        }
        Ok(ExitStatus::Success)
    }
}

/// A line for each schema: its name, and what it describes.
fn list() -> String {
    let known = Schema::value_variants().iter().filter_map(Schema::to_possible_value);
    let known: Vec<_> = known.collect();
    let width = known.iter().map(|value| value.get_name().len()).max().unwrap_or(0);
    known
        .iter()
        .map(|value| {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            format!("{:width$}  {help}\n", value.get_name())
        })
        .collect()
}
