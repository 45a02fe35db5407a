//! Text in lines, with labels in the first column.

use admit_core::{grouped, printable};

/// Lines with a label before each group of them.
///
/// Values may be untrusted text, so they always begin in the second column.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    /// The number of lines beyond the maximum.
    left_out: usize,
}

/// The maximum size of the text, in bytes.
const MAX_BYTES: usize = 150_000;

/// The maximum number of characters of a line.
const MAX_CHARACTERS: usize = 600;

/// The maximum number of values of one label; JSON has all of them.
pub(super) const FEW: usize = 50;

impl Lines {
    /// Adds the first values of a label, one per line, and the number of the others; `none` if there
    /// are no values.
    pub(super) fn list(&mut self, label: &str, values: impl IntoIterator<Item = String>) {
        self.tree(label, values.into_iter().map(|value| (value, &[][..])));
    }

    /// Adds values with details, which follow each value.
    pub(super) fn tree<'a>(
        &mut self,
        label: &str,
        values: impl IntoIterator<Item = (String, &'a [String])>,
    ) {
        let mut values = values.into_iter();
        let mut before = label;
        for (value, parts) in values.by_ref().take(FEW) {
            self.one(before, &value);
            before = "";
            for part in parts.iter().take(FEW) {
                self.line("", "  ", part);
            }
            self.more("  ", parts.len().saturating_sub(FEW));
        }
        if before == label {
            self.one(label, "none");
        }
        self.more("", values.count());
    }

    fn more(&mut self, indent: &str, count: usize) {
        if count > 0 {
            self.line("", indent, &format!("… and {} more", grouped(count as u64)));
        }
    }

    /// Adds one value.
    pub(super) fn one(&mut self, label: &str, value: &str) {
        self.line(label, "", value);
    }

    /// Adds an empty line and a heading.
    pub(super) fn heading(&mut self, heading: &str) {
        self.remarks([heading.to_owned()]);
    }

    /// Adds an empty line and remarks, one per line, if there are any.
    pub(super) fn remarks(&mut self, remarks: impl IntoIterator<Item = String>) {
        let mut remarks = remarks.into_iter();
        for (index, remark) in remarks.by_ref().take(FEW).enumerate() {
            let remark = printable(&remark, MAX_CHARACTERS);
            self.push(if index == 0 { format!("\n{remark}") } else { remark });
        }
        match remarks.count() {
            0 => {}
            count => self.push(format!("… and {} more", grouped(count as u64))),
        }
    }

    fn line(&mut self, label: &str, indent: &str, value: &str) {
        let line = format!("{label:<10} {indent}{}", printable(value, MAX_CHARACTERS));
        self.push(line.trim_end().to_owned());
    }

    fn push(&mut self, line: String) {
        if self.text.len() + line.len() > MAX_BYTES {
            self.left_out += 1;
            return;
        }
        self.text += &line;
        self.text.push('\n');
    }

    /// Returns the text, with the number of the lines that are left out.
    pub(super) fn into_text(self) -> String {
        match self.left_out {
            0 => self.text,
            count => {
                let count = grouped(count as u64);
                self.text + &format!("\n… and {count} more lines; `--format json` shows all\n")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_words_begin_before_the_values() {
        let mut lines = Lines::default();
        let part = ["    type t".to_owned()];
        lines.tree("imports", [(" ".repeat(69) + "\u{2800}\ngranted to policy `x`", &part[..])]);
        lines.list("settings", (0..1_052).map(|n| format!("  k{n}")));
        let text = lines.into_text();
        let expected = "imports    granted to policy `x`\n             type t\nsettings   k0\n";
        assert!(text.starts_with(expected), "{}", text);
        assert!(text.ends_with("\n           k49\n           … and 1,002 more\n"), "{}", text);
    }

    #[test]
    fn long_text_is_cut_and_the_other_lines_are_counted() {
        let mut lines = Lines::default();
        (0..1_000).for_each(|_| lines.one("flaws", &"x".repeat(600)));
        let text = lines.into_text();
        assert!(text.len() < MAX_BYTES + 100, "{}", text.len());
        let shown = text.matches("flaws ").count();
        assert!(text.ends_with(&format!(
            "\n… and {} more lines; `--format json` shows all\n",
            1_000 - shown
        )));
    }
}
