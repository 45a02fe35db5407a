//! `admit schema`: prints the JSON Schemas.

use crate::exit_status::ExitStatus;
use crate::output::printer;
use crate::schemas::Schema;
use clap::ValueEnum;

/// Print a JSON Schema, for editors and other tools
///
/// Without a name, lists the available schemas.
///
/// An editor with support for TOML schemas (Even Better TOML in VS Code, taplo or tombi in others)
/// completes and checks a file whose first line names its schema, as a path relative to the file or
/// as a URL:
///
///   #:schema ./admit.schema.json
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "Example: admit schema admit > admit.schema.json")]
pub(crate) struct Args {
    /// Name of the schema
    #[arg(value_enum)]
    name: Option<Schema>,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        match self.name {
            Some(schema) => printer::print_own(schema.text())?,
            None => printer::print(&list())?,
        }
        Ok(ExitStatus::Success)
    }
}

/// Lists the schemas, one per line, with their descriptions.
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
