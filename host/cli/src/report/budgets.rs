//! The limits of a policy, with their defaults and their use.

use super::measured::Cost;
use super::plot::{percent_drawn, percent_written};
use crate::bench::rounds::format_time;
use admit_core::{Limits, Size, grouped};
use std::time::Duration;

/// One limit of a policy.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Limit {
    /// The key in the manifest.
    pub(crate) name: String,
    pub(crate) value: String,
    /// The default, if the manifest has another value.
    pub(crate) default: Option<String>,
}

/// The maximum use of a limit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Use {
    pub(crate) limit: Limit,
    pub(crate) used: Option<Used>,
}

/// The used part of a limit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Used {
    pub(crate) amount: String,
    /// The width of its bar, in percent.
    pub(crate) width: f64,
    /// The percentage as text.
    pub(crate) percent: String,
}

/// The limits on fuel, memory and time, and their use.
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
        ("fuel", fuel.map(|fuel| part(grouped(fuel), fuel, limits.fuel))),
        (
            "memory",
            memory.map(|memory: Size| {
                part(memory.to_string(), memory.bytes(), limits.memory.bytes())
            }),
        ),
        (
            "time",
            time.map(|time| {
                let amount = format!("{} (p99)", format_time(time));
                part(amount, micros(time), micros(limits.time.duration()))
            }),
        ),
    ];
    let limits = rows(limits);
    let row = |name: &str| limits.iter().find(|limit| limit.name == name).cloned();
    let used = used.into_iter();
    used.filter_map(|(name, used)| Some(Use { limit: row(name)?, used })).collect()
}

/// The limits whose use is not measured.
pub(crate) fn others(limits: &Limits) -> Vec<Limit> {
    let measured = |limit: &Limit| ["fuel", "memory", "time"].contains(&limit.name.as_str());
    rows(limits).into_iter().filter(|limit| !measured(limit)).collect()
}

fn rows(limits: &Limits) -> Vec<Limit> {
    let defaults = Limits::default().rows();
    let limit = |((name, value), (_, default))| Limit {
        name,
        default: Some(default).filter(|default| *default != value),
        value,
    };
    limits.rows().into_iter().zip(defaults).map(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::Time;

    #[test]
    fn only_changed_limits_show_their_default() {
        let limits = Limits { time: Time::from_millis(20), ..Limits::default() };
        let found = rows(&limits);
        assert_eq!((found[0].value.as_str(), found[0].default.as_deref()), ("20ms", Some("100ms")));
        assert_eq!(found.iter().filter(|limit| limit.default.is_some()).count(), 1);
        assert_eq!(others(&limits).len(), 9);
    }

    #[test]
    fn the_use_is_a_part_of_the_limit() {
        let cost = Cost { fuel: Some(25_000_000), ..Cost::default() };
        let found = used(&Limits::default(), Some(&cost));
        let part = found[0].used.clone().unwrap();
        assert_eq!((part.amount.as_str(), part.width), ("25,000,000", 50.0));
        assert_eq!(part.percent, "50 %");
        assert_eq!(found[1].used, None);
    }
}
