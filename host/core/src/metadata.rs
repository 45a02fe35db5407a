//! The metadata of a policy, as in `policy.toml`.

use crate::id::{PolicyId, Role};
use crate::key_path::{KeyPath, Problem};
use crate::language::Language;
use crate::lookup::FactKind;
use crate::permissions::{Permission, Permissions};
use crate::printable::printable;
use crate::reads::{ReadPath, Reads};
use crate::verdict::Denial;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The metadata of a policy: its name and purpose, the grants that it requests, its denial codes.
///
/// It is written in `policy.toml` and embedded in the component. It is untrusted: a policy may see
/// and decide only what the manifest grants, regardless of what its metadata requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The name that the author chose.
    pub name: PolicyId,
    /// The version, in any format.
    pub version: String,
    /// The purpose of the policy, in one line.
    pub description: String,
    /// The language that the policy is written in.
    pub language: Language,
    /// The parts of a sign-up that it requests to see.
    pub reads: Reads,
    /// The facts that it requests, each by the role that the policy knows.
    pub facts: BTreeMap<Role, FactKind>,
    /// The permissions that it requests.
    pub verdicts: Permissions,
    /// The JSON Schema of its settings; `None` if it has no settings.
    pub settings: Option<Map<String, Value>>,
    /// The codes of its denials, each with its meaning.
    pub denials: BTreeMap<String, String>,
}

/// Metadata as written in `policy.toml` or in a section of the component, not yet validated.
///
/// Convert it to [`Metadata`] to use it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawMetadata {
    name: PolicyId,
    version: String,
    description: String,
    // The default is omitted, so that a component without the member keeps its bytes.
    #[serde(default, skip_serializing_if = "Language::is_default")]
    language: Language,
    reads: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    facts: BTreeMap<Role, FactKind>,
    verdicts: Vec<Permission>,
    /// A JSON Schema; in `policy.toml` also the name of the file that contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    denials: BTreeMap<String, String>,
}

impl RawMetadata {
    /// Returns a copy without the schema of the settings, which may be large.
    pub fn without_settings(&self) -> RawMetadata {
        let RawMetadata {
            name,
            version,
            description,
            language,
            reads,
            facts,
            verdicts,
            settings: _,
            denials,
        } = self;
        RawMetadata {
            name: name.clone(),
            version: version.clone(),
            description: description.clone(),
            language: *language,
            reads: reads.clone(),
            facts: facts.clone(),
            verdicts: verdicts.clone(),
            settings: None,
            denials: denials.clone(),
        }
    }
}

impl Metadata {
    /// The maximum number of characters of a version.
    pub const MAX_VERSION_CHARS: usize = 64;
    /// The maximum number of characters of a description, or of a denial's meaning.
    pub const MAX_TEXT_CHARS: usize = 500;
    /// The maximum number of denial codes.
    pub const MAX_DENIALS: usize = 1_000;
}

impl TryFrom<RawMetadata> for Metadata {
    type Error = Problem;

    fn try_from(raw: RawMetadata) -> Result<Metadata, Problem> {
        let key = |name: &str| KeyPath::default().key(name);
        check_line(key("version"), &raw.version, Metadata::MAX_VERSION_CHARS)?;
        check_line(key("description"), &raw.description, Metadata::MAX_TEXT_CHARS)?;
        let reads = ReadPath::list(raw.reads, &key("reads"))?;
        let verdicts: Permissions = raw.verdicts.into_iter().collect();
        let has_users = raw.facts.values().any(|kind| *kind == FactKind::Directory);
        if verdicts.permit(Permission::Link) && !has_users {
            let message = "`link` requires a fact of kind `directory` in `facts`";
            return Err(key("verdicts").problem(message));
        }
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
            let (max, count) = (Metadata::MAX_DENIALS, raw.denials.len());
            let message = format!("must have at most {max} codes, got {count}");
            return Err(key("denials").problem(message));
        }
        for (code, meaning) in &raw.denials {
            let here = key("denials").key(code);
            if Denial::new(code, meaning, 1).code() != code {
                return Err(here.problem(format!(
                    "not a denial code: use letters, digits, `-`, `_` and `.`, at most {} characters",
                    Denial::MAX_CODE_CHARS
                )));
            }
            check_line(here, meaning, Metadata::MAX_TEXT_CHARS)?;
        }
        if !raw.denials.is_empty() && !verdicts.permit(Permission::Deny) {
            let message = "requires `deny` in `verdicts`";
            return Err(key("denials").problem(message));
        }
        Ok(Metadata {
            name: raw.name,
            version: raw.version,
            description: raw.description,
            language: raw.language,
            reads,
            facts: raw.facts,
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
            facts: metadata.facts,
            verdicts: metadata.verdicts.iter().collect(),
            settings: metadata.settings.map(Value::Object),
            denials: metadata.denials,
        }
    }
}

/// Rejects a text that is blank, longer than `max` characters, or not one printable line.
fn check_line(here: KeyPath, text: &str, max: usize) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(here.problem("must not be blank"));
    }
    let characters = text.chars().count();
    if characters > max {
        return Err(here.problem(format!("must have at most {max} characters, got {characters}")));
    }
    if printable(text, max) != text {
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
                "`denials.a b`: not a denial code: use letters, digits, `-`, `_` and `.`, at most \
                 64 characters",
            ),
            (r#", "denials": {"a": " "}"#, "`denials.a`: must not be blank"),
            (r#", "denials": {"a": "x\ny"}"#, "`denials.a`: expected one printable line"),
        ] {
            assert_eq!(read(more).unwrap_err().to_string(), expected);
        }
        let long = format!(r#", "denials": {{"a": "{}"}}"#, "x".repeat(501));
        let expected = "`denials.a`: must have at most 500 characters, got 501";
        assert_eq!(read(&long).unwrap_err().to_string(), expected);
    }

    #[test]
    fn codes_need_the_power_to_deny() {
        let text = MINIMAL.replace(r#"["deny"]"#, r#"["confirm"]"#);
        let raw: RawMetadata =
            serde_json::from_str(&format!(r#"{text}, "denials": {{"a": "x"}}}}"#)).unwrap();
        assert_eq!(
            Metadata::try_from(raw).unwrap_err().to_string(),
            "`denials`: requires `deny` in `verdicts`"
        );
    }
}
