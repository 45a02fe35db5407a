//! The limits of a policy, with their defaults and what was used of them.

use super::measured::Cost;
use super::plot::{percent_drawn, percent_written, time_written};
use admit_core::{Limits, Size, grouped};
use std::time::Duration;

/// One limit of a policy.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Limit {
    /// As the manifest calls it.
    pub(crate) name: &'static str,
    pub(crate) value: String,
    /// The default, where the manifest says something else.
    pub(crate) default: Option<String>,
}

/// How much of a limit was used at most.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Use {
    pub(crate) limit: Limit,
    pub(crate) used: Option<Used>,
}

/// A part of a limit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Used {
    pub(crate) amount: String,
    /// In percent, as it is drawn.
    pub(crate) width: f64,
    /// In percent, as it is written.
    pub(crate) percent: String,
}

/// The limits that stop a policy, and what it used of them.
pub(crate) fn used(limits: &Limits, cost: Option<&Cost>) -> Vec<Use> {
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let part = |amount: String, part: u64, whole: u64| Used {
        amount,
        width: percent_drawn(part, whole),
        percent: percent_written(part, whole),
    };
    let fuel = cost.and_then(|cost| cost.fuel);
    let memory = cost.and_then(|cost| cost.memory);
    let time = cost.and_then(|cost| cost.times.as_ref()).map(|times| times.p99);
    let used = [
        fuel.map(|fuel| part(grouped(fuel), fuel, limits.fuel)),
        memory.map(|memory: Size| part(memory.to_string(), memory.bytes(), limits.memory.bytes())),
        time.map(|time| {
            let amount = format!("{} (p99)", time_written(time));
            part(amount, micros(time), micros(limits.time.duration()))
        }),
    ];
    of(limits).into_iter().zip(used).map(|(limit, used)| Use { limit, used }).collect()
}

/// The limits on what a policy may have.
pub(crate) fn others(limits: &Limits) -> Vec<Limit> {
    of(limits).into_iter().skip(3).collect()
}

fn of(limits: &Limits) -> Vec<Limit> {
    let defaults = words(&Limits::default());
    let limit = |((name, value), (_, default)): ((&'static str, String), (_, String))| Limit {
        name,
        default: Some(default).filter(|default| *default != value),
        value,
    };
    words(limits).into_iter().zip(defaults).map(limit).collect()
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
        ("fuel", grouped(fuel)),
        ("memory", memory.to_string()),
        ("time", time.to_string()),
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
        assert_eq!((found[2].value.as_str(), found[2].default.as_deref()), ("20ms", Some("100ms")));
        assert_eq!(found.iter().filter(|limit| limit.default.is_some()).count(), 1);
        assert_eq!(others(&limits).len(), 9);
    }

    #[test]
    fn what_was_used_stands_beside_its_limit() {
        let cost = Cost { fuel: Some(25_000_000), ..Cost::default() };
        let found = used(&Limits::default(), Some(&cost));
        let part = found[0].used.clone().unwrap();
        assert_eq!((part.amount.as_str(), part.width), ("25,000,000", 50.0));
        assert_eq!(part.percent, "50 %");
        assert_eq!(found[1].used, None);
    }
}
