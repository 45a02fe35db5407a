//! Errors in files, as findings.

use super::{Document, Place};
use admit_build::source::{self, Source};
use std::rc::Rc;

/// What an error in a file says, and where; another error as it is.
pub(crate) fn located(error: anyhow::Error) -> anyhow::Result<(String, Place)> {
    let Some((at, text)) = source::located(&error) else { return Err(error) };
    let source = Source { file: at.file.clone(), text: text.to_owned() };
    let document = Rc::new(Document::from(source));
    Ok((at.message.clone(), Place::Lines { document, at: at.clone() }))
}
