//! A terminal's output beside what a document shows of it.

/// A text without what differs from run to run: the figures of a line that ends with a time, and
/// how wide columns are.
pub fn without_times(text: &str) -> String {
    let is_figure = |word: &str| word.chars().all(|c| c.is_ascii_digit() || ".,".contains(c));
    let word = |word: &str| word != "µs" && !is_figure(word);
    text.lines()
        .map(|line| match line.ends_with("µs") {
            true => {
                line.split_whitespace().filter(|w| word(w)).collect::<Vec<_>>().join(" ") + "\n"
            }
            false => line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n",
        })
        .collect()
}

/// Whether an output is as shown: a line `…` stands for any lines, a `…` in a line for anything.
pub fn is_as_shown(shown: &str, said: &str) -> bool {
    let (shown, said) = (without_times(shown), without_times(said));
    let shown: Vec<&str> = shown.trim_end().lines().collect();
    let said: Vec<&str> = said.trim_end().lines().collect();
    lines_match(&shown, &said)
}

fn lines_match(shown: &[&str], said: &[&str]) -> bool {
    match shown {
        [] => said.is_empty(),
        ["…", rest @ ..] => (0..=said.len()).any(|skipped| lines_match(rest, &said[skipped..])),
        [line, rest @ ..] => match said {
            [first, others @ ..] => line_matches(line, first) && lines_match(rest, others),
            [] => false,
        },
    }
}

fn line_matches(shown: &str, said: &str) -> bool {
    let Some((start, rest)) = shown.split_once('…') else { return shown == said };
    let Some(said) = said.strip_prefix(start) else { return false };
    let places = said.char_indices().map(|(place, _)| place).chain([said.len()]);
    places.into_iter().any(|place| line_matches(rest, &said[place..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_may_leave_out_and_may_not_differ() {
        for (shown, said, expected) in [
            ("a\nb", "a\nb\n", true),
            ("a\nb", "a\nc\n", false),
            ("a", "a\nb\n", false),
            ("a\nb", "a\n", false),
            ("a\n…\nb", "a\nb\n", true),
            ("a\n…\nb", "a\nx\ny\nb\n", true),
            ("…\nb", "x\nb\nc\n", false),
            ("in … s", "in 0.3 s\n", true),
            ("in … s", "in 0.3 ms!\n", false),
            ("a … b … c", "a 1 b 2 c\n", true),
            ("p  yes  12  3 µs", "p   yes   14   66 µs\n", true),
            ("p  no  12  3 µs", "p   yes   14   66 µs\n", false),
        ] {
            assert_eq!(is_as_shown(shown, said), expected, "{shown:?}, {said:?}");
        }
    }
}
