//! Wording that several parts of an explanation share.

use admit_core::{Flag, Flags};

/// Describes an admission, with the flags that are set.
pub(super) fn admitted(flags: Flags) -> String {
    let set = Flag::ALL.into_iter().filter(|flag| flags[*flag]);
    let set: Vec<String> = set.map(|flag| flag.to_string()).collect();
    match set.is_empty() {
        true => "admitted, no flag set".to_owned(),
        false => format!("admitted: {}", set.join(", ")),
    }
}
