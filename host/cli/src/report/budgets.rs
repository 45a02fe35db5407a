//! The limits of a policy, with their defaults.

use admit_core::{Limits, grouped};

/// One limit of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limit {
    /// As the manifest calls it.
    pub(crate) name: &'static str,
    pub(crate) value: String,
    /// The default, where the manifest says something else.
    pub(crate) default: Option<String>,
}

/// The limits that stop a policy, then those on what it may have.
pub(crate) fn of(limits: &Limits) -> Vec<Limit> {
    let default = words(&Limits::default());
    let limit = |((name, value), (_, default)): ((&'static str, String), (_, String))| Limit {
        name,
        default: Some(default).filter(|default| *default != value),
        value,
    };
    words(limits).into_iter().zip(default).map(limit).collect()
}

fn words(limits: &Limits) -> [(&'static str, String); 12] {
    // Every limit: a new one does not compile until it is here.
    let Limits {
        time,
        memory,
        fuel,
        host_call,
        memories,
        tables,
        table_elements,
        instances,
        handles,
        log_lines,
        log_bytes,
        message,
    } = *limits;
    let number = |number: u32| grouped(number.into());
    [
        ("time", time.to_string()),
        ("memory", memory.to_string()),
        ("fuel", grouped(fuel)),
        ("host-call", host_call.to_string()),
        ("memories", number(memories)),
        ("tables", number(tables)),
        ("table-elements", number(table_elements)),
        ("instances", number(instances)),
        ("handles", number(handles)),
        ("log-lines", number(log_lines)),
        ("log-bytes", log_bytes.to_string()),
        ("message", number(message)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::Time;

    #[test]
    fn only_what_is_no_default_has_one_beside_it() {
        let limits = Limits { time: Time::from_millis(20), ..Limits::default() };
        let found = of(&limits);
        assert_eq!(found[0].default.as_deref(), Some("100ms"));
        assert_eq!(found[0].value, "20ms");
        assert!(found[1..].iter().all(|limit| limit.default.is_none()));
    }
}
