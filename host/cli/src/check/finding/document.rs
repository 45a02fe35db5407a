//! A text file that findings point into.

use admit_build::source::Source;
use admit_core::{FileError, KeyPath, Places};
use std::cell::OnceCell;
use std::ops::Range;

/// A text file that findings point into. The places of its keys are determined once.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) file: String,
    pub(crate) text: String,
    places: OnceCell<Places>,
}

impl From<Source> for Document {
    fn from(Source { file, text }: Source) -> Document {
        Document { file, text, places: OnceCell::new() }
    }
}

impl Document {
    /// The place of the value of a key.
    pub(super) fn at(&self, key: &KeyPath) -> FileError {
        self.places().at(&self.file, &self.text, key, String::new())
    }

    /// The place of a key itself.
    pub(super) fn at_name(&self, key: &KeyPath) -> FileError {
        self.places().at_name(&self.file, &self.text, key, String::new())
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| Places::new(&self.text))
    }

    /// The byte range of the lines that contain a span.
    pub(super) fn lines(&self, span: &Range<usize>) -> Range<usize> {
        let before = self.text.get(..span.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let after = self.text.get(span.end..).unwrap_or_default();
        let end = after.find('\n').map_or(self.text.len(), |newline| span.end + newline + 1);
        start..end
    }
}
