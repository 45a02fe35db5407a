use admit_core::printable;

/// Lines with a label before each group of them.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) text: String,
}

/// As much of one line as is shown.
const CHARACTERS: usize = 600;

impl Lines {
    /// Values of one label, each in a line; `none` where there is none.
    pub(super) fn list(&mut self, label: &str, values: impl IntoIterator<Item = String>) {
        let mut before = label;
        for value in values {
            self.one(before, &value);
            before = "";
        }
        if before == label {
            self.one(label, "none");
        }
    }

    /// One value. What is shown may be anybody's words.
    pub(super) fn one(&mut self, label: &str, value: &str) {
        let indent = value.len() - value.trim_start_matches(' ').len();
        let line = format!("{label:<10} {}{}", " ".repeat(indent), printable(value, CHARACTERS));
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// An empty line and a heading.
    pub(super) fn heading(&mut self, heading: &str) {
        self.text.push('\n');
        self.text.push_str(&printable(heading, CHARACTERS));
        self.text.push('\n');
    }
}
