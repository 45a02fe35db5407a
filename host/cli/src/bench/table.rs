//! The figures as text.

use super::comparison::{Change, Comparison, PolicyChange, StepChange};
use super::figures::{Figures, PolicyFigures, Step, Times};
use super::rounds::format_time;
use crate::explain::{table, trimmed};
use admit_core::{grouped, printable};
use comfy_table::{CellAlignment, Table};
use std::fmt::Write;
use std::time::Duration;

/// A table with two rows per policy, one for each step, and with the changes from a baseline, if
/// there is one.
pub(crate) fn to_text(figures: &Figures, comparison: Option<&Comparison>) -> String {
    let rows = match comparison {
        None => plain(figures),
        Some(comparison) => compared(figures, comparison),
    };
    let mut text = trimmed(&rows);
    let _ = writeln!(text, "\n{}", caption(figures));
    for policy in &figures.policies {
        if let Some(failed) = policy.failures.first() {
            let name = printable(&failed.event, 200);
            let _ = writeln!(text, "\n{} fails, for `{name}`: {}", policy.policy, failed.failure);
            if let others @ 1.. = policy.failures.len() - 1 {
                let _ = writeln!(text, "and for {others} more");
            }
        }
    }
    if let Some(comparison) = comparison {
        for note in &comparison.notes {
            let _ = writeln!(text, "\n{note}");
        }
        let _ = write!(text, "\n{}", comparison.conclusion());
    }
    text
}

fn plain(figures: &Figures) -> Table {
    let mut rows = table(["policy", "memory", "step", "fuel", "median", "p99"]);
    let cells = |step: &Step| [fuel(step.max_fuel()), median(step.times), p99(step.times)];
    let mut add = |name: &str, memory: &str, step: &str, figures: &Step| {
        let [fuel, median, p99] = cells(figures);
        rows.add_row([name, memory, step, &fuel, &median, &p99]);
    };
    for PolicyFigures { policy, memory, configure, evaluate, .. } in &figures.policies {
        add(policy.as_str(), &memory.to_string(), "configure", configure);
        add("", "", "evaluate", evaluate);
    }
    if figures.policies.len() > 1 {
        add(WHOLE, "", "", &figures.decision);
    }
    aligned(rows, 2)
}

fn compared(figures: &Figures, comparison: &Comparison) -> Table {
    let mut rows = table([
        "policy", "memory", "change", "step", "fuel", "change", "median", "was", "p99", "was",
    ]);
    let mut add = |[name, memory, change]: [&str; 3],
                   step: &str,
                   figures: &Step,
                   was: Option<&StepChange>| {
        let before = was.and_then(|was| was.times);
        rows.add_row([
            name.to_owned(),
            memory.to_owned(),
            change.to_owned(),
            step.to_owned(),
            fuel(figures.max_fuel()),
            percent(was.and_then(|was| was.fuel)),
            median(figures.times),
            median(before),
            p99(figures.times),
            p99(before),
        ]);
    };
    for PolicyFigures { policy, memory, configure, evaluate, .. } in &figures.policies {
        let was = comparison.policies.iter().find(|change| change.policy == *policy);
        let change = percent(was.map(|was| was.memory));
        let steps = |step: fn(&PolicyChange) -> &StepChange| was.map(step);
        let first = [policy.as_str(), &memory.to_string(), &change];
        add(first, "configure", configure, steps(|was| &was.configure));
        add(["", "", ""], "evaluate", evaluate, steps(|was| &was.evaluate));
    }
    if figures.policies.len() > 1 {
        add([WHOLE, "", ""], "", &figures.decision, Some(&comparison.decision));
    }
    aligned(rows, 3)
}

const WHOLE: &str = "whole decision";

/// Aligns all columns to the right, except the names of the policies and the column of the steps.
fn aligned(mut rows: Table, steps: usize) -> Table {
    for (index, column) in rows.column_iter_mut().enumerate() {
        if index != 0 && index != steps {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    rows
}

fn caption(figures: &Figures) -> String {
    let samples = grouped(figures.samples as u64);
    match &figures.events[..] {
        [event] if figures.samples == 1 => {
            format!("1 decision of `{}`", printable(&event.name, 200))
        }
        [event] => format!("{samples} decisions of `{}`", printable(&event.name, 200)),
        events => format!(
            "{samples} decisions of {} events; fuel is that of the most expensive event",
            grouped(events.len() as u64)
        ),
    }
}

fn fuel(most: Option<u64>) -> String {
    most.map_or_else(|| "-".to_owned(), grouped)
}

fn percent(change: Option<Change>) -> String {
    match change {
        None => "-".to_owned(),
        Some(Change { now, was, .. }) if now == was => "=".to_owned(),
        Some(Change { percent, .. }) => format!("{percent:+.1} %"),
    }
}

fn median(times: Option<Times>) -> String {
    time(times.map(|times| times.median_nanoseconds))
}

fn p99(times: Option<Times>) -> String {
    time(times.map(|times| times.p99_nanoseconds))
}

/// Formats a time, if there is one.
fn time(nanoseconds: Option<u64>) -> String {
    nanoseconds.map_or_else(|| "-".to_owned(), |nanos| format_time(Duration::from_nanos(nanos)))
}
