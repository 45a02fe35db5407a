//! The paths that a source names.

/// The path behind each `crate::` or `super::`; for a list in braces, each of its parts.
pub(super) fn paths_behind<'a>(prefix: &str, code: &'a str) -> Vec<&'a str> {
    let paths = code.split(prefix).skip(1).flat_map(|path| match path.strip_prefix('{') {
        Some(list) => parts(list),
        None => vec![path],
    });
    paths.collect()
}

/// The parts of a list such as `a::B, c::{D, E}, F}`, up to the brace that ends it.
fn parts(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (index, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                parts.push(list[start..index].trim());
                start = index + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    parts
}
