//! Limits on the JSON that is parsed. They are checked first, because parsed values take many times
//! the memory of their text.

use admit_core::grouped;

/// The maximum size of `bundle.json` and of `about.json`, in bytes.
pub(crate) const MAX_BYTES: u64 = 16 << 20;

/// The maximum number of values in such a file; a policy has about fifty in `bundle.json`.
pub(crate) const MAX_VALUES: usize = 1_000_000;

/// Returns an error if JSON has too many values.
pub(crate) fn check(json: &[u8]) -> Result<(), String> {
    match values(json) > MAX_VALUES {
        true => Err(format!("it has more than {} values", grouped(MAX_VALUES as u64))),
        false => Ok(()),
    }
}

/// Counts the values and the keys in JSON without parsing it. The count may be too high, and is never
/// too low.
fn values(json: &[u8]) -> usize {
    let (mut values, mut is_text, mut is_escaped) = (1, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b',' | b':' | b'[' | b'{' if !is_text => values += 1,
            _ => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_outside_strings() {
        for (json, count) in
            [("", 1), ("[1, 2]", 3), (r#"{"a": "b,c:[", "d": []}"#, 6), (r#"["\\", "\",", ""]"#, 4)]
        {
            assert_eq!(values(json.as_bytes()), count, "{json}");
        }
        let most = format!("[{}0]", "0,".repeat(MAX_VALUES - 2));
        assert_eq!(check(most.as_bytes()), Ok(()));
        let more = most.replacen('0', "[],0", 1);
        assert_eq!(check(more.as_bytes()), Err("it has more than 1,000,000 values".to_owned()));
    }
}
