//! What a policy says of itself in `policy.toml`.

use crate::key_path::{KeyPath, Problem};
use crate::language::Language;
use crate::permissions::{Permission, Permissions};
use crate::policy::PolicyId;
use crate::printable::printable;
use crate::reads::{ReadPath, Reads};
use crate::verdict::Denial;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a policy says of itself: its name and purpose, what it asks for, what it can answer.
///
/// It stands in `policy.toml` and is embedded in the component. It is its author's word: what
/// a policy may see and decide is what the manifest grants, whatever is asked for here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// What its author calls it.
    pub name: PolicyId,
    /// Its version, in its author's counting.
    pub version: String,
    /// What it is for, in one line.
    pub description: String,
    /// What it is written in.
    pub language: Language,
    /// What it wants to see.
    pub reads: Reads,
    /// What it wants to decide.
    pub verdicts: Permissions,
    /// The JSON Schema of its settings; none if it takes none.
    pub settings: Option<Map<String, Value>>,
    /// The codes of its denials, with what each means.
    pub denials: BTreeMap<String, String>,
}

/// Metadata as it is written: in `policy.toml`, or in a section of the component.
///
/// Its only use is to become [`Metadata`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawMetadata {
    name: PolicyId,
    version: String,
    description: String,
    // Left out where it is the one that is meant then: such a component keeps its bytes.
    #[serde(default, skip_serializing_if = "Language::is_default")]
    language: Language,
    reads: Vec<String>,
    verdicts: Vec<Permission>,
    /// A JSON Schema; in `policy.toml` also the name of the file that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    denials: BTreeMap<String, String>,
}

impl Metadata {
    /// The most characters of a version.
    pub const VERSION_CHARACTERS: usize = 64;
    /// The most characters of a description, or of what a denial means.
    pub const TEXT_CHARACTERS: usize = 500;
    /// The most codes that a policy may have.
    pub const MAX_DENIALS: usize = 1_000;
}

impl TryFrom<RawMetadata> for Metadata {
    type Error = Problem;

    fn try_from(raw: RawMetadata) -> Result<Metadata, Problem> {
        let key = |name: &str| KeyPath::default().key(name);
        check_line(key("version"), &raw.version, Metadata::VERSION_CHARACTERS)?;
        check_line(key("description"), &raw.description, Metadata::TEXT_CHARACTERS)?;
        let reads = ReadPath::list(raw.reads, &key("reads"))?;
        let verdicts: Permissions = raw.verdicts.into_iter().collect();
        let settings = match raw.settings {
            None => None,
            Some(Value::Object(schema)) => Some(schema),
            Some(_) => {
                let message =
                    "expected a JSON Schema: a table, or the name of a file that holds one";
                return Err(key("settings").problem(message));
            }
        };
        if raw.denials.len() > Metadata::MAX_DENIALS {
            let message = format!(
                "{} codes are too many: at most {}",
                raw.denials.len(),
                Metadata::MAX_DENIALS
            );
            return Err(key("denials").problem(message));
        }
        for (code, meaning) in &raw.denials {
            let here = key("denials").key(code);
            if Denial::new(code, meaning, 1).code() != code {
                return Err(here.problem(format!(
                    "no code of a denial: use letters, digits, `-`, `_` and `.`, at most {} of them",
                    Denial::CODE_CHARACTERS
                )));
            }
            check_line(here, meaning, Metadata::TEXT_CHARACTERS)?;
        }
        if !raw.denials.is_empty() && !verdicts.permit(Permission::Deny) {
            let message = "it has codes for denials, and does not ask for `deny` in `verdicts`";
            return Err(key("denials").problem(message));
        }
        Ok(Metadata {
            name: raw.name,
            version: raw.version,
            description: raw.description,
            language: raw.language,
            reads,
            verdicts,
            settings,
            denials: raw.denials,
        })
    }
}

impl From<Metadata> for RawMetadata {
    fn from(metadata: Metadata) -> RawMetadata {
        RawMetadata {
            name: metadata.name,
            version: metadata.version,
            description: metadata.description,
            language: metadata.language,
            reads: metadata.reads.iter().map(ToString::to_string).collect(),
            verdicts: metadata.verdicts.iter().collect(),
            settings: metadata.settings.map(Value::Object),
            denials: metadata.denials,
        }
    }
}

/// Refuses a text that a terminal, a log or a page could not show as it is, in one line.
fn check_line(here: KeyPath, text: &str, most: usize) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(here.problem("says nothing"));
    }
    let characters = text.chars().count();
    if characters > most {
        return Err(here.problem(format!("{characters} characters are too many: at most {most}")));
    }
    if printable(text, most) != text {
        return Err(here.problem("expected one printable line"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"{"name": "a", "version": "0.1.0", "description": "d", "reads": [], "verdicts": ["deny"]"#;

    fn read(more: &str) -> Result<Metadata, Problem> {
        let raw: RawMetadata = serde_json::from_str(&format!("{MINIMAL}{more}}}")).unwrap();
        Metadata::try_from(raw)
    }

    #[test]
    fn metadata_survives_the_way_into_a_component_and_back() {
        let metadata = read(
            r#", "settings": {"type": "object"}, "denials": {"too-short": "Less than five letters"}"#,
        )
        .unwrap();
        let text = serde_json::to_string(&RawMetadata::from(metadata.clone())).unwrap();
        let raw: RawMetadata = serde_json::from_str(&text).unwrap();
        assert_eq!(Metadata::try_from(raw).unwrap(), metadata);
    }

    #[test]
    fn the_language_is_written_where_it_is_not_rust() {
        for (more, language, is_written) in [
            ("", Language::Rust, false),
            (r#", "language": "rust""#, Language::Rust, false),
            (r#", "language": "typescript""#, Language::TypeScript, true),
            (r#", "language": "c""#, Language::C, true),
        ] {
            let metadata = read(more).unwrap();
            assert_eq!(metadata.language, language);
            let text = serde_json::to_string(&RawMetadata::from(metadata)).unwrap();
            assert_eq!(text.contains("language"), is_written, "{text}");
        }
        let raw = format!(r#"{MINIMAL}, "language": "perl"}}"#);
        let error = serde_json::from_str::<RawMetadata>(&raw).unwrap_err().to_string();
        let expected = "unknown variant `perl`, expected one of `rust`, `typescript`, \
                        `javascript`, `python`, `c`";
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn what_no_policy_can_say_of_itself_is_refused() {
        for (more, expected) in [
            (
                r#", "settings": "x.json""#,
                "`settings`: expected a JSON Schema: a table, or the name of a file that holds one",
            ),
            (
                r#", "denials": {"a b": "x"}"#,
                "`denials.a b`: no code of a denial: use letters, digits, `-`, `_` and `.`, at most \
                 64 of them",
            ),
            (r#", "denials": {"a": " "}"#, "`denials.a`: says nothing"),
            (r#", "denials": {"a": "x\ny"}"#, "`denials.a`: expected one printable line"),
        ] {
            assert_eq!(read(more).unwrap_err().to_string(), expected);
        }
        let long = format!(r#", "denials": {{"a": "{}"}}"#, "x".repeat(501));
        let expected = "`denials.a`: 501 characters are too many: at most 500";
        assert_eq!(read(&long).unwrap_err().to_string(), expected);
    }

    #[test]
    fn codes_need_the_power_to_deny() {
        let text = MINIMAL.replace(r#"["deny"]"#, r#"["confirm"]"#);
        let raw: RawMetadata =
            serde_json::from_str(&format!(r#"{text}, "denials": {{"a": "x"}}}}"#)).unwrap();
        assert_eq!(
            Metadata::try_from(raw).unwrap_err().to_string(),
            "`denials`: it has codes for denials, and does not ask for `deny` in `verdicts`"
        );
    }
}
