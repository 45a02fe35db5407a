//! Findings as workflow commands, which GitHub shows beside the lines of a pull request.

use super::{Finding, Findings, Severity};
use crate::check::finding::sarif::relative;
use admit_core::printable;
use std::fmt::Write;

impl Findings {
    /// A command for each finding, and the summary.
    pub(crate) fn to_github(&self) -> String {
        let mut text = String::new();
        for finding in &self.list {
            let _ = writeln!(text, "{}", finding.command());
        }
        text + &self.summary() + "\n"
    }
}

impl Finding {
    fn command(&self) -> String {
        let command = match self.rule.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = format!(
            "file={}",
            property(&printable(&relative(self.place.file()), super::MAX_CHARACTERS))
        );
        if let Some(region) = self.place.region() {
            let _ = write!(properties, ",line={},endLine={}", region.start_line, region.end_line);
            // GitHub supports columns only within a single line.
            if region.start_line == region.end_line {
                let (start, end) = (region.start_column, region.end_column);
                let _ = write!(properties, ",col={start},endColumn={end}");
            }
        }
        let _ = write!(properties, ",title={}", property(self.rule.id()));
        format!("::{command} {properties}::{}", data(&self.line()))
    }
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_end_a_command() {
        assert_eq!(data("100%\r\n::error::x, y"), "100%25%0D%0A::error::x, y");
        assert_eq!(property("a,b:c\n%"), "a%2Cb%3Ac%0A%25");
    }
}
