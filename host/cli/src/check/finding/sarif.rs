//! Findings as SARIF 2.1.0, the format of code scanning.

use super::{Finding, Findings, Region, Rule, Severity};
use serde::Serialize;
use serde_json::json;
use std::env;
use std::fmt::Write;
use std::path::Path;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: serde_json::Value,
    /// The unit of the columns in a [`Region`].
    column_kind: &'static str,
    results: Vec<SarifResult>,
}

/// One result of a run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: Rule,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
}

impl Findings {
    /// One run with all rules, and a result for each finding.
    pub(crate) fn to_sarif(&self) -> impl Serialize {
        let rules: Vec<_> = Rule::all().map(rule_descriptor).collect();
        let version = env!("CARGO_PKG_VERSION");
        let driver = json!({ "name": "admit", "semanticVersion": version, "rules": rules });
        Log {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [Run {
                tool: json!({ "driver": driver }),
                column_kind: "unicodeCodePoints",
                results: self.list.iter().map(SarifResult::new).collect(),
            }],
        }
    }
}

/// The path of a file relative to the current directory, if it is below that.
pub(super) fn relative(file: &str) -> String {
    let here = env::current_dir().unwrap_or_default();
    let path = Path::new(file).strip_prefix(here).unwrap_or(Path::new(file));
    let path = path.strip_prefix(".").unwrap_or(path);
    path.display().to_string()
}

fn rule_descriptor(rule: Rule) -> serde_json::Value {
    json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.requirement() },
        "help": { "text": rule.help() },
        "defaultConfiguration": { "level": rule.severity().word() },
    })
}

impl SarifResult {
    fn new(finding: &Finding) -> SarifResult {
        let policy = finding.policy.as_ref();
        let logical = policy.map(|id| Logical { fully_qualified_name: id.to_string() });
        SarifResult {
            rule_id: finding.rule,
            rule_index: finding.rule as usize,
            level: Severity::word(finding.rule.severity()),
            message: Text { text: finding.line() },
            locations: [Location {
                physical_location: Physical {
                    artifact_location: Artifact { uri: uri(&relative(finding.place.file())) },
                    region: finding.place.region(),
                },
                logical_locations: logical.into_iter().collect(),
            }],
        }
    }
}

/// The URI reference of a path: relative, or with the scheme `file`.
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => _ = write!(uri, "%{byte:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri_reference() {
        assert_eq!(uri("plugins/admit.toml"), "plugins/admit.toml");
        assert_eq!(uri("/a b/ä:1.toml"), "file:///a%20b/%C3%A4%3A1.toml");
        let here = env::current_dir().unwrap();
        assert_eq!(relative(&here.join("x/admit.toml").display().to_string()), "x/admit.toml");
        assert_eq!(relative("./admit.toml"), "admit.toml");
        assert_eq!(relative("../admit.toml"), "../admit.toml");
    }
}
