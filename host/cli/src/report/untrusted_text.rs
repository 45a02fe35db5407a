//! Untrusted texts and lists, cut to the length that a page has room for.

use admit_core::printable;
use std::fmt;

/// An untrusted text, as one printable line.
///
/// It is not escaped for HTML; the template of the page escapes all its values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UntrustedText(String);

impl UntrustedText {
    /// The maximum length of a sentence, in characters.
    const MAX_SENTENCE: usize = 500;
    /// The maximum length of a name or a path, in characters.
    const MAX_NAME: usize = 120;

    /// A sentence, such as a description.
    pub(crate) fn sentence(text: impl fmt::Display) -> UntrustedText {
        UntrustedText::truncated(text, UntrustedText::MAX_SENTENCE)
    }

    /// A name, such as that of a path, a file or a key.
    pub(crate) fn name(text: impl fmt::Display) -> UntrustedText {
        UntrustedText::truncated(text, UntrustedText::MAX_NAME)
    }

    /// The parts of a path, after which a line may break.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split_inclusive(['.', '/'])
    }

    fn truncated(text: impl fmt::Display, max: usize) -> UntrustedText {
        let text = text.to_string();
        let mut line = printable(&text, max + 1);
        if line.chars().count() > max {
            line = printable(&line, max - 1) + "…";
        }
        UntrustedText(line)
    }
}

impl fmt::Display for UntrustedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first items of a list, and the number of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Truncated<T> {
    pub(crate) shown: Vec<T>,
    pub(crate) more: usize,
}

impl<T> Truncated<T> {
    /// Truncates a list to a maximum number of items.
    pub(crate) fn new(max: usize, items: impl IntoIterator<Item = T>) -> Truncated<T> {
        let mut items = items.into_iter();
        let shown = items.by_ref().take(max).collect();
        Truncated { shown, more: items.count() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_in_an_ellipsis() {
        let long = "x".repeat(121);
        assert_eq!(UntrustedText::name(&long[..120]).to_string(), long[..120]);
        let cut = UntrustedText::name(&long).to_string();
        assert_eq!((cut.chars().count(), cut.ends_with("x…")), (120, true));
    }

    #[test]
    fn unprintable_characters_are_removed() {
        assert_eq!(UntrustedText::name("a\u{202e}b\nc").to_string(), "ab c");
    }

    #[test]
    fn a_truncated_list_counts_the_other_items() {
        let list = Truncated::new(2, [1, 2, 3, 4]);
        assert_eq!((list.shown, list.more), (vec![1, 2], 2));
    }
}
