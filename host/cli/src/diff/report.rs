//! The report of a comparison, as text and JSON. It contains no values of sign-ups.

use super::comparison::{Change, Comparison, Totals};
use crate::diff::records::Skipped;
use crate::diff::summary::{Cause, DeniedBy};
use crate::output::format::{Format, to_json};
use admit_core::grouped;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use std::cmp::Reverse;
use std::fmt::Write;

/// The report of a comparison.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    old: String,
    new: String,
    totals: Totals,
    groups: Vec<Group>,
    skipped: Skipped,
}

/// The sign-ups with the same change.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    #[serde(flatten)]
    change: Change,
    count: usize,
    sign_ups: Vec<String>,
}

impl Report {
    /// Creates the report of a comparison between two policy sets with these names.
    pub(crate) fn new(
        (old, new): (String, String),
        comparison: Comparison,
        skipped: Skipped,
    ) -> Report {
        let Comparison { groups, totals } = comparison;
        let group = |(change, sign_ups): (Change, Vec<String>)| Group {
            change,
            count: sign_ups.len(),
            sign_ups,
        };
        let mut groups: Vec<Group> = groups.into_iter().map(group).collect();
        // Within each kind, the largest group first; groups of the same size stay in order.
        groups.sort_by_key(|group| (group.change.kind(), Reverse(group.count)));
        Report { old, new, totals, groups, skipped }
    }

    /// The report in a format. A table lists up to `examples` sign-ups per group.
    pub(crate) fn render(&self, format: Format, examples: usize) -> serde_json::Result<String> {
        match format {
            Format::Json => to_json(self),
            Format::Text => Ok(self.to_table(examples)),
        }
    }

    fn to_table(&self, examples: usize) -> String {
        let mut text = format!("old  {}\nnew  {}\n\n", self.old, self.new);
        if !self.groups.is_empty() {
            let mut table = Table::new();
            let header = ["sign-ups", "change", "cause", "examples"];
            table.load_style(presets::NOTHING).set_header(header);
            for group in &self.groups {
                let (change, why) = group.change.in_words();
                let such_as = first_names(&group.sign_ups, examples);
                table.add_row([grouped(group.count as u64), change, why, such_as]);
            }
            for (index, column) in table.column_iter_mut().enumerate() {
                column.set_padding((0, 2));
                if index == 0 {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
            for line in table.lines() {
                let _ = writeln!(text, "{}", line.trim_end());
            }
            text.push('\n');
        }
        let _ = writeln!(text, "{}", self.totals.in_words());
        if let Some(skipped) = self.skipped.in_words() {
            let _ = writeln!(text, "skipped: {skipped}");
        }
        text
    }
}

impl Totals {
    fn in_words(&self) -> String {
        let number = |count: usize| grouped(count as u64);
        let sign_ups = match self.sign_ups {
            1 => "1 sign-up".to_owned(),
            count => format!("{} sign-ups", number(count)),
        };
        let flips = match self.flips {
            0 => "no flips".to_owned(),
            flips => {
                let kinds = [
                    (self.now_denied, "now denied"),
                    (self.now_admitted, "now admitted"),
                    (self.other_flags, "with other flags"),
                ];
                let kinds = kinds.into_iter().filter(|(count, _)| *count > 0);
                let kinds: Vec<String> =
                    kinds.map(|(count, words)| format!("{} {words}", number(count))).collect();
                let verb = if flips == 1 { "flips" } else { "flip" };
                format!("{} {verb} ({})", number(flips), kinds.join(", "))
            }
        };
        let otherwise = match self.denied_otherwise {
            0 => String::new(),
            count => format!("{} denied otherwise, ", number(count)),
        };
        format!("{sign_ups}: {flips}, {otherwise}{} the same", number(self.same))
    }
}

impl Change {
    /// The position of this kind of change in a report.
    fn kind(&self) -> u8 {
        match self {
            Change::NowDenied(_) => 0,
            Change::NowAdmitted(_) => 1,
            Change::NoLongerSet { .. } => 2,
            Change::NowSet { .. } => 3,
            Change::DeniedOtherwise { .. } => 4,
        }
    }

    /// The change and its cause.
    fn in_words(&self) -> (String, String) {
        match self {
            Change::NowDenied(by) => ("now denied".to_owned(), in_words(by)),
            Change::NowAdmitted(by) => {
                ("now admitted".to_owned(), format!("before, {}", in_words(by)))
            }
            Change::NoLongerSet { flag, withheld_by, cleared, granted_before_by } => {
                let why = match cleared {
                    _ if !withheld_by.is_empty() => {
                        format!("withheld by {}", withheld_by.join(", "))
                    }
                    Some(cleared) => format!("cleared: {cleared}"),
                    None => format!("no longer granted by {}", granted_before_by.join(", ")),
                };
                (format!("{flag} no longer set"), why)
            }
            Change::NowSet { flag, granted_by, withheld_before_by, cleared_before } => {
                let by = granted_by.join(", ");
                let why = match cleared_before {
                    _ if !withheld_before_by.is_empty() => {
                        format!("no longer withheld by {}", withheld_before_by.join(", "))
                    }
                    Some(cleared) => format!("granted by {by}; before, cleared: {cleared}"),
                    None => format!("granted by {by}"),
                };
                (format!("{flag} now set"), why)
            }
            Change::DeniedOtherwise { before, after } => {
                let why = format!("{}; before, {}", in_words(after), in_words(before));
                ("denied otherwise".to_owned(), why)
            }
        }
    }
}

fn in_words(DeniedBy { policy, cause }: &DeniedBy) -> String {
    match cause {
        Cause::Code(code) => format!("{policy} denies: {code}"),
        Cause::Failure(kind) => format!("{policy} fails: {kind}"),
    }
}

/// The first names of a list.
fn first_names(names: &[String], max: usize) -> String {
    let shown = names.len().min(max);
    let more = if shown > 0 && shown < names.len() { ", …" } else { "" };
    names[..shown].join(", ") + more
}
