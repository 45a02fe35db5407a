//! Makes untrusted text safe to print and to log.

/// Turns untrusted text into one line that is safe to show and to log.
///
/// Runs of white space and control characters become single spaces. Invisible characters that
/// change how a line reads are dropped: bidirectional controls, zero-width marks, tags,
/// annotations, private use, blanks that are not white space, and noncharacters. The two joiners
/// (U+200C, U+200D) stay: Persian, Hindi and emoji need them. At most `max_chars` characters are
/// kept.
pub fn printable(text: &str, max_chars: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    let mut gap = false;
    for c in text.chars().filter(|&c| !is_invisible(c)) {
        if c.is_whitespace() || c.is_control() {
            gap = true;
            continue;
        }
        // Leading white space is dropped.
        let needed = 1 + usize::from(gap && length > 0);
        if length + needed > max_chars {
            break;
        }
        if needed == 2 {
            line.push(' ');
        }
        line.push(c);
        length += needed;
        gap = false;
    }
    line
}

/// Makes untrusted text of several lines safe to show: characters that are not printable are replaced
/// with U+FFFD, so that a reader sees that there was something.
///
/// White space becomes a space, except line breaks. Variation selectors are dropped. A joiner is kept
/// after a character beyond ASCII, because some languages and emoji need it.
pub fn printable_lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut is_joined = false;
    for c in text.chars() {
        match c {
            '\n' => lines.push(c),
            '\u{fe00}'..='\u{fe0f}' => {}
            '\u{200c}' | '\u{200d}' if !is_joined => lines.push(char::REPLACEMENT_CHARACTER),
            '\t' => lines.push(' '),
            c if !is_printable(c) => lines.push(char::REPLACEMENT_CHARACTER),
            c if c.is_whitespace() => lines.push(' '),
            c => lines.push(c),
        }
        is_joined = !c.is_ascii();
    }
    lines
}

/// Returns whether a character is visible and does not affect others on its line.
pub fn is_printable(c: char) -> bool {
    !c.is_control() && !is_invisible(c) && !matches!(c, '\u{2028}' | '\u{2029}')
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{13430}'..='\u{1345f}' | '\u{e000}'..='\u{f8ff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
        || (c as u32) & 0xfffe == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unprintable_characters_are_replaced_and_lines_kept() {
        for (text, shown) in [
            ("a\n\tb\u{a0}c\u{3000}d\n", "a\n b c d\n"),
            (
                "\u{1b}[31mred\u{9b}0m\r\0\u{7f}",
                "\u{fffd}[31mred\u{fffd}0m\u{fffd}\u{fffd}\u{fffd}",
            ),
            ("a\u{202e}b\u{2066}c\u{200f}", "a\u{fffd}b\u{fffd}c\u{fffd}"),
            ("ad\u{200b}m\u{200d}in\u{feff}", "ad\u{fffd}m\u{fffd}in\u{fffd}"),
            ("می\u{200c}خواهم 👩\u{200d}🚀 ⚠\u{fe0f}", "می\u{200c}خواهم 👩\u{200d}🚀 ⚠"),
            ("a\u{2028}b\u{e000}\u{fdd0}", "a\u{fffd}b\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(printable_lines(text), shown, "{text:?}");
        }
    }

    #[test]
    fn what_looks_blank_makes_no_room() {
        for (text, line) in [
            ("\u{2800}\u{3164}\u{ffa0} \t\u{a0}heading", "heading"),
            ("a\u{2800}b", "ab"),
            ("a \u{2800} \u{2800} b", "a b"),
            ("\u{2801}", "\u{2801}"),
            ("\u{2800}", ""),
        ] {
            assert_eq!(printable(text, 100), line, "{text:?}");
        }
    }
}
