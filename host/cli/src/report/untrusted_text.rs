//! Texts and lists of strangers, as much of them as a page has room for.

use admit_core::printable;
use std::fmt;

/// A text that somebody else chose, in one printable line.
///
/// It is not yet escaped: the page does that with everything that is put into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UntrustedText(String);

impl UntrustedText {
    /// The most characters of a sentence.
    const SENTENCE: usize = 500;
    /// The most characters of a name or a path.
    const NAME: usize = 120;

    /// A sentence, such as a description.
    pub(crate) fn sentence(text: impl fmt::Display) -> UntrustedText {
        UntrustedText::at_most(text, UntrustedText::SENTENCE)
    }

    /// A name, such as that of a path, a file or a key.
    pub(crate) fn name(text: impl fmt::Display) -> UntrustedText {
        UntrustedText::at_most(text, UntrustedText::NAME)
    }

    /// The parts of a path, between which a line may be broken.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split_inclusive(['.', '/'])
    }

    fn at_most(text: impl fmt::Display, most: usize) -> UntrustedText {
        let text = text.to_string();
        let mut line = printable(&text, most + 1);
        if line.chars().count() > most {
            line = printable(&line, most - 1) + "…";
        }
        UntrustedText(line)
    }
}

impl fmt::Display for UntrustedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first of many things, and how many more there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Truncated<T> {
    pub(crate) shown: Vec<T>,
    pub(crate) more: usize,
}

impl<T> Truncated<T> {
    /// So many things of a list at most.
    pub(crate) fn of(most: usize, things: impl IntoIterator<Item = T>) -> Truncated<T> {
        let mut things = things.into_iter();
        let shown = things.by_ref().take(most).collect();
        Truncated { shown, more: things.count() }
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
    fn what_cannot_be_seen_is_dropped() {
        assert_eq!(UntrustedText::name("a\u{202e}b\nc").to_string(), "ab c");
    }

    #[test]
    fn a_list_says_how_much_is_left_out() {
        let few = Truncated::of(2, [1, 2, 3, 4]);
        assert_eq!((few.shown, few.more), (vec![1, 2], 2));
    }
}
