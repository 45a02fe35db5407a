//! Converts errors in files to findings.

use super::{Document, Place};
use admit_build::source::{self, Source};
use std::rc::Rc;

/// The message and the place of an error in a file. Returns any other error unchanged.
pub(crate) fn located(error: anyhow::Error) -> anyhow::Result<(String, Place)> {
    let Some((at, text)) = source::located(&error) else { return Err(error) };
    let source = Source { file: at.file.clone(), text: text.to_owned() };
    let document = Rc::new(Document::from(source));
    Ok((at.message.clone(), Place::Lines { document, at: at.clone() }))
}
