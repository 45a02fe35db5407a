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

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{e000}'..='\u{f8ff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
        || (c as u32) & 0xfffe == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

#[cfg(test)]
mod tests {
    use super::*;

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
