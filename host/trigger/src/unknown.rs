//! Finds unknown `ADMIT_` environment variables: a misspelt one would be ignored silently.

use admit_core::printable;
use std::ffi::OsString;

/// The maximum number of characters of a name that are shown.
const MAX_CHARS: usize = 100;

/// Returns the names with our prefix that are not known, sorted and made printable.
pub(crate) fn unknown(names: impl Iterator<Item = OsString>, known: &[&str]) -> Vec<String> {
    let is_ours = |name: &str| name.split_once('_').is_some_and(|(first, _)| first == "ADMIT");
    let mut unknown: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| is_ours(name) && !known.contains(&name.as_str()))
        .map(|name| printable(&name, MAX_CHARS))
        .collect();
    unknown.sort();
    unknown
}

/// Returns the known name that is the most similar to this one.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> &'a str {
    known.iter().min_by_key(|known| strsim::levenshtein(name, known)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_with_our_prefix_are_found() {
        let known = ["ADMIT-LOG".replace('-', "_"), "ADMIT-METRICS".replace('-', "_")];
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let names = ["PATH", "ADMIT", "ADMITTED-X", "ADMIT-LOG", "ADMIT-METRIC", "ADMIT-LO\u{1b}"];
        let names = names.map(|name| OsString::from(name.replace('-', "_")));
        let found = unknown(names.into_iter(), &known);
        assert_eq!(found, ["LO", "METRIC"].map(|end| format!("ADMIT_{end}")));
        assert_eq!(nearest(&found[0], &known), known[0]);
        assert_eq!(nearest(&found[1], &known), known[1]);
    }
}
