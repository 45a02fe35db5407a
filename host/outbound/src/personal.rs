//! Personal values that must not reach a log.

/// What stands where a personal value was.
const MARK: &str = "[removed]";

/// The longest text that is kept, in characters.
const MAX_CHARS: usize = 300;

/// A value of fewer characters is only removed where it stands alone: `a` is in every message.
const MIN_CHARS_WITHIN: usize = 4;

/// The personal values of a request, which may be repeated in the words of an error.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Personal<'a>(pub(crate) &'a [&'a str]);

impl Personal<'_> {
    /// One line of a service's words, without the values, and without any email address.
    ///
    /// Only the first line is kept: the error about a wrong signature goes on with the headers of the
    /// request, one of which is the session token.
    pub(crate) fn remove_from(self, text: &str) -> String {
        let line = text.lines().next().unwrap_or_default();
        // Before it is cut, because half a value would not be recognised.
        let mut line: String = line.chars().filter(|c| !c.is_control()).collect();
        for value in self.0 {
            // As it may stand in a filter or in JSON.
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            line = without(&line, &escaped);
            line = without(&line, value);
        }
        line = without_addresses(&line);
        if line.chars().count() > MAX_CHARS {
            line = line.chars().take(MAX_CHARS).chain(['…']).collect();
        }
        line
    }
}

/// A text without a value, in upper or lower case.
fn without(text: &str, value: &str) -> String {
    let wanted: Vec<char> = value.chars().filter(|c| !c.is_control()).map(lower).collect();
    if wanted.is_empty() {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let is_edge =
        |at: Option<usize>| at.and_then(|at| chars.get(at)).is_none_or(|c| !c.is_alphanumeric());
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let end = at + wanted.len();
        let is_value = chars
            .get(at..end)
            .is_some_and(|part| part.iter().zip(&wanted).all(|(c, wanted)| lower(*c) == *wanted));
        let is_alone = || is_edge(at.checked_sub(1)) && is_edge(Some(end));
        if is_value && (wanted.len() >= MIN_CHARS_WITHIN || is_alone()) {
            rest.push_str(MARK);
            at = end;
        } else {
            rest.push(c);
            at += 1;
        }
    }
    rest
}

/// One character for one, so that positions stay the same.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

/// A text without the words that have an `@` in them.
fn without_addresses(text: &str) -> String {
    let words = text.split(' ').map(|word| if word.contains('@') { MARK } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(values: &[&str], text: &str, expected: &str) {
        assert_eq!(Personal(values).remove_from(text), expected);
    }

    #[test]
    fn a_value_is_removed_wherever_it_stands() {
        check(&["mary_major"], "User mary_major is disabled.", "User [removed] is disabled.");
        check(&["mary_major"], "User MARY_Major2 is", "User [removed]2 is");
        check(&["1234567"], "Google_1234567 exists", "Google_[removed] exists");
        check(
            &[r#"a"bc\d"#],
            r#"Value 'name = "a\"bc\\d"' at"#,
            r#"Value 'name = "[removed]"' at"#,
        );
        check(&["mary"], "for mary_major@example.com and others", "for [removed] and others");
        check(&[], "for mary_major@example.com.", "for [removed]");
    }

    #[test]
    fn a_short_value_is_removed_where_it_stands_alone() {
        check(
            &["a"],
            "'a' has a bad name: Google_a",
            "'[removed]' has [removed] bad name: Google_[removed]",
        );
        check(&[""], "unchanged", "unchanged");
    }

    #[test]
    fn only_the_first_line_is_kept() {
        check(&[], "wrong signature\n\nx-amz-security-token:abc", "wrong signature");
        let long = Personal(&[]).remove_from(&"x".repeat(1000));
        assert_eq!(long.chars().count(), 301);
    }

    proptest! {
        #[test]
        fn no_value_is_left(value in "\\PC{4,20}", before in "[a-z ']{0,9}", after in "[a-z ']{0,9}") {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            for text in [&value, &escaped, &value.to_uppercase()] {
                let left = Personal(&[&value]).remove_from(&format!("{before}{text}{after}"));
                // The mark itself may hold it.
                let left = left.replace(MARK, "\n");
                prop_assert!(!left.contains(&value), "{left}");
            }
        }
    }
}
