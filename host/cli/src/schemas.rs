//! The JSON Schemas of the files that users write and of the lines that the function logs.

use clap::ValueEnum;

/// A JSON Schema, by the name of the format that it describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Schema {
    /// The manifest, admit.toml
    Admit,
    /// The metadata of a policy, policy.toml
    Policy,
    /// Test cases, cases.toml
    Cases,
    /// The record of a decision, a line of the function's log
    Decision,
    /// An event that the function stores for replay, a line of its log
    StoredEvent,
}

impl Schema {
    /// The text of the schema, which ends in a newline.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Schema::Admit => include_str!("../../../schemas/admit.schema.json"),
            Schema::Policy => include_str!("../../../schemas/policy.schema.json"),
            Schema::Cases => include_str!("../../../schemas/cases.schema.json"),
            Schema::Decision => include_str!("../../../schemas/decision.schema.json"),
            Schema::StoredEvent => include_str!("../../../schemas/stored-event.schema.json"),
        }
    }
}
