//! Text in lines, with labels in the first column.

use admit_core::printable;

/// Lines with a label before each group of them.
///
/// What is shown may be anybody's words: they begin where values begin, and nowhere else.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) text: String,
}

/// As much of one line as is shown.
const MAX_CHARACTERS: usize = 600;

/// As many values as are shown where anybody may have any number.
const FEW: usize = 50;

impl Lines {
    /// Values of one label, each in a line; `none` where there is none.
    pub(super) fn list(&mut self, label: &str, values: impl IntoIterator<Item = String>) {
        self.tree(label, values.into_iter().map(|value| (value, &[][..])));
    }

    /// The same for the first few of them, with how many there are more.
    pub(super) fn few(&mut self, label: &str, mut values: Vec<String>) {
        let more = values.len().saturating_sub(FEW);
        values.truncate(FEW);
        if more > 0 {
            values.push(format!("and {more} more"));
        }
        self.list(label, values);
    }

    /// Values with what belongs to each below it.
    pub(super) fn tree<'a>(
        &mut self,
        label: &str,
        values: impl IntoIterator<Item = (String, &'a [String])>,
    ) {
        let mut before = label;
        for (value, parts) in values {
            self.one(before, &value);
            before = "";
            for part in parts {
                self.line("", "  ", part);
            }
        }
        if before == label {
            self.one(label, "none");
        }
    }

    /// One value.
    pub(super) fn one(&mut self, label: &str, value: &str) {
        self.line(label, "", value);
    }

    /// An empty line and a heading.
    pub(super) fn heading(&mut self, heading: &str) {
        self.remarks([heading.to_owned()]);
    }

    /// An empty line and remarks, each in a line; nothing where there are none.
    pub(super) fn remarks(&mut self, remarks: impl IntoIterator<Item = String>) {
        for (index, remark) in remarks.into_iter().enumerate() {
            self.text.push_str(if index == 0 { "\n" } else { "" });
            self.text.push_str(&printable(&remark, MAX_CHARACTERS));
            self.text.push('\n');
        }
    }

    fn line(&mut self, label: &str, indent: &str, value: &str) {
        let line = format!("{label:<10} {indent}{}", printable(value, MAX_CHARACTERS));
        self.text.push_str(line.trim_end());
        self.text.push('\n');
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
        lines.few("settings", (0..52).map(|n| format!("  k{n}")).collect());
        let expected = "imports    granted to policy `x`\n             type t\nsettings   k0\n";
        assert!(lines.text.starts_with(expected), "{}", lines.text);
        assert!(
            lines.text.ends_with("\n           k49\n           and 2 more\n"),
            "{}",
            lines.text
        );
    }
}
