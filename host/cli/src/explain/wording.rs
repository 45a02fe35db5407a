//! Wording that several parts of an explanation share.

use admit_core::{Admission, Flag};

/// Describes an admission, with the flags that are set and the link.
pub(super) fn admitted(admission: &Admission) -> String {
    let set = Flag::ALL.into_iter().filter(|flag| admission.flags[*flag]);
    let link = admission.link.as_ref().map(|_| "link".to_owned());
    let set: Vec<String> = set.map(|flag| flag.to_string()).chain(link).collect();
    match set.is_empty() {
        true => "admitted, no flag set".to_owned(),
        false => format!("admitted: {}", set.join(", ")),
    }
}
