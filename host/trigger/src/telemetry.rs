//! The configuration of logs, records and metrics by environment variables.

use crate::diagnostics;
use crate::metrics::Metrics;
use crate::pseudonym::Pseudonyms;
use crate::stored_events::StoredEvents;
use crate::unknown;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use tracing::level_filters::LevelFilter;

/// The logs, records and metrics of a trigger, configured by the environment.
///
/// | variable | values | default |
/// |---|---|---|
/// | `ADMIT_LOG` | `off`, `error`, `warn`, `info`, `debug`, `trace` | `AWS_LAMBDA_LOG_LEVEL`, or `info` |
/// | `ADMIT_RECORD` | `on`, `off` | `on` |
/// | `ADMIT_METRICS` | `none`, `all`, or some of `decisions,denials,failures,no-policy-applies,time` | `none` |
/// | `ADMIT_METRICS_NAMESPACE` | a namespace of CloudWatch | `Admit` |
/// | `ADMIT_USER_NAME_KEY` | a secret of at least 32 bytes | no user name in any form |
/// | `ADMIT_EVENTS` | `none`, `all`, `denied` or a share such as `5%` | `none` |
pub struct Telemetry {
    /// Whether there is a line for the start and one for each decision.
    pub(crate) record: bool,
    pub(crate) metrics: Option<Metrics>,
    pub(crate) pseudonyms: Option<Pseudonyms>,
    pub(crate) stored_events: StoredEvents,
}

/// A variable with an invalid value.
///
/// It does not deny sign-ups: the function logs it and uses the default.
#[derive(Debug, PartialEq, Eq)]
struct Ignored {
    variable: &'static str,
    expected: &'static str,
}

const LOG: &str = "ADMIT_LOG";
const RECORD: &str = "ADMIT_RECORD";
const METRICS: &str = "ADMIT_METRICS";
const NAMESPACE: &str = "ADMIT_METRICS_NAMESPACE";
const USER_NAME_KEY: &str = "ADMIT_USER_NAME_KEY";
const EVENTS: &str = "ADMIT_EVENTS";

/// The variables of the table above.
const OWN: [&str; 6] = [LOG, RECORD, METRICS, NAMESPACE, USER_NAME_KEY, EVENTS];

impl Telemetry {
    /// Reads the environment and starts the log of the process.
    ///
    /// `others` names further variables that the process reads elsewhere. An unknown variable that
    /// starts with `ADMIT_` is logged.
    pub fn start(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        others: &[&str],
    ) -> Telemetry {
        let variables: HashMap<OsString, OsString> = variables.into_iter().collect();
        // A value that is not UTF-8 is invalid for every variable.
        let not_utf8 = |_| char::REPLACEMENT_CHARACTER.to_string();
        let variable = |name: &str| {
            let value = variables.get(OsStr::new(name))?.clone();
            Some(value.into_string().unwrap_or_else(not_utf8))
        };
        let mut ignored = Vec::new();
        diagnostics::start(level(&variable, &mut ignored));
        let telemetry = Telemetry::read(&variable, &mut ignored);
        for Ignored { variable, expected } in ignored {
            diagnostics::log_ignored(variable, expected);
        }
        let known = [&OWN[..], others].concat();
        for name in unknown::unknown(variables.keys().cloned(), &known) {
            let nearest = unknown::nearest(&name, &known);
            diagnostics::log_ignored(
                &name,
                &format!("a known variable: the nearest is `{nearest}`"),
            );
        }
        telemetry
    }

    /// Logs that `ADMIT_RECORD` is ignored, since the manifest requires records.
    pub(crate) fn log_that_records_are_required(&self) {
        let expected = "`on`, since the manifest says `record = \"required\"`";
        diagnostics::log_ignored(RECORD, expected);
    }

    fn read(variable: &impl Fn(&str) -> Option<String>, ignored: &mut Vec<Ignored>) -> Telemetry {
        let record = match variable(RECORD).as_deref() {
            None | Some("on" | "") => true,
            Some("off") => false,
            Some(_) => {
                ignored.push(Ignored { variable: RECORD, expected: "`on` or `off`" });
                true
            }
        };
        let function = variable("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| "admit".to_owned());
        let namespace = variable(NAMESPACE).filter(|namespace| !namespace.is_empty());
        let namespace = match namespace.as_deref() {
            Some(name) if !Metrics::is_namespace(name) => {
                let expected =
                    "up to 255 letters, digits and `.-_/#:`, not starting with `:` or `AWS/`";
                ignored.push(Ignored { variable: NAMESPACE, expected });
                None
            }
            name => name,
        };
        let metrics = match variable(METRICS) {
            Some(list) => Metrics::new(&list, namespace, &function).unwrap_or_else(|| {
                let expected =
                    "`none`, `all` or some of `decisions,denials,failures,no-policy-applies,time`";
                ignored.push(Ignored { variable: METRICS, expected });
                None
            }),
            None => None,
        };
        let key = variable(USER_NAME_KEY).filter(|key| !key.is_empty());
        let pseudonyms = key.and_then(|key| {
            let pseudonyms = Pseudonyms::new(&key);
            if pseudonyms.is_none() {
                ignored.push(Ignored { variable: USER_NAME_KEY, expected: "at least 32 bytes" });
            }
            pseudonyms
        });
        let stored_events = variable(EVENTS).map_or_else(StoredEvents::default, |choice| {
            StoredEvents::new(&choice).unwrap_or_else(|| {
                ignored.push(Ignored { variable: EVENTS, expected: StoredEvents::EXPECTED });
                StoredEvents::default()
            })
        });
        Telemetry { record, metrics, pseudonyms, stored_events }
    }
}

fn level(variable: &impl Fn(&str) -> Option<String>, ignored: &mut Vec<Ignored>) -> LevelFilter {
    let own = variable(LOG).filter(|level| !level.is_empty());
    if let Some(level) = own.as_deref().and_then(named) {
        return level;
    }
    if own.is_some() {
        let expected = "`off`, `error`, `warn`, `info`, `debug` or `trace`";
        ignored.push(Ignored { variable: LOG, expected });
    }
    let lambda = variable("AWS_LAMBDA_LOG_LEVEL");
    lambda.as_deref().and_then(named).unwrap_or(LevelFilter::INFO)
}

fn named(level: &str) -> Option<LevelFilter> {
    Some(match level.to_ascii_lowercase().as_str() {
        "off" => LevelFilter::OFF,
        "error" | "fatal" => LevelFilter::ERROR,
        "warn" => LevelFilter::WARN,
        "info" => LevelFilter::INFO,
        "debug" => LevelFilter::DEBUG,
        "trace" => LevelFilter::TRACE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Variables<'a> = &'a [(&'a str, &'a str)];

    fn read(variables: Variables<'_>) -> (Telemetry, LevelFilter, Vec<&'static str>) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let mut ignored = Vec::new();
        let level = level(&variable, &mut ignored);
        let telemetry = Telemetry::read(&variable, &mut ignored);
        (telemetry, level, ignored.into_iter().map(|ignored| ignored.variable).collect())
    }

    #[test]
    fn by_default_there_are_records_and_nothing_that_is_charged_for() {
        let (telemetry, level, ignored) = read(&[]);
        assert!(telemetry.record && telemetry.metrics.is_none() && telemetry.pseudonyms.is_none());
        assert_eq!(telemetry.stored_events, StoredEvents::None);
        assert_eq!((level, ignored.len()), (LevelFilter::INFO, 0));
    }

    #[test]
    fn each_variable_has_an_effect() {
        let key = "k".repeat(32);
        let (telemetry, level, ignored) = read(&[
            (LOG, "Warn"),
            (RECORD, "off"),
            (METRICS, "decisions, time"),
            (USER_NAME_KEY, &key),
            (EVENTS, "denied"),
        ]);
        assert!(!telemetry.record && telemetry.metrics.is_some() && telemetry.pseudonyms.is_some());
        assert_eq!(telemetry.stored_events, StoredEvents::Denied);
        assert_eq!((level, ignored.len()), (LevelFilter::WARN, 0));
    }

    #[test]
    fn the_log_level_of_lambda_is_the_fallback() {
        assert_eq!(read(&[("AWS_LAMBDA_LOG_LEVEL", "FATAL")]).1, LevelFilter::ERROR);
        assert_eq!(read(&[("AWS_LAMBDA_LOG_LEVEL", "DEBUG"), (LOG, "off")]).1, LevelFilter::OFF);
    }

    #[test]
    fn invalid_values_are_reported_and_ignored() {
        let (telemetry, level, ignored) = read(&[
            (LOG, "loud"),
            (RECORD, "yes"),
            (METRICS, "everything"),
            (NAMESPACE, ":x"),
            (USER_NAME_KEY, "short"),
            (EVENTS, "yes"),
        ]);
        assert!(telemetry.record && telemetry.metrics.is_none() && telemetry.pseudonyms.is_none());
        assert_eq!(telemetry.stored_events, StoredEvents::None);
        assert_eq!(level, LevelFilter::INFO);
        assert_eq!(ignored, [LOG, RECORD, NAMESPACE, METRICS, USER_NAME_KEY, EVENTS]);
    }
}
