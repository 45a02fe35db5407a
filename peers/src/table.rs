//! The table, and what follows from it, as Markdown.

use crate::measurement::{Row, Times, clock};
use crate::number::{digits, time};
use std::io::{self, Write};

/// By what the row of a group is known that all others are set beside.
const FLOORS: [&str; 2] = ["a plain Rust function", "a bare Rust handler"];
const OURS: &str = "`admit`";

/// Writes one table with both groups, and below it how far `admit` is from each of the others.
pub(crate) fn write(
    out: &mut impl Write,
    in_process: &[Row],
    as_functions: &[Row],
) -> io::Result<()> {
    writeln!(
        out,
        "| | sandbox for untrusted code | state | spawn to first answer | p99 | beside the floor | \
         a sign-up | p90 | p99 | beside the floor | processor | peak memory |"
    )?;
    writeln!(out, "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    let groups = [
        ("In process, one rule", in_process),
        ("As a Lambda function, three samples of AWS", as_functions),
    ];
    for (title, rows) in groups {
        writeln!(out, "| **{title}** |{}", " |".repeat(11))?;
        let floor = rows.iter().find(|row| FLOORS.contains(&row.name));
        for row in rows {
            writeln!(out, "{}", line(row, floor))?;
        }
    }
    writeln!(out)?;
    for (what, rows, of) in [
        ("In process", in_process, (|row| Some(&row.warm)) as fn(&Row) -> Option<&Times>),
        ("As a warm function", as_functions, |row| Some(&row.warm)),
        ("From spawn to first answer", as_functions, |row| row.cold.as_ref()),
    ] {
        writeln!(out, "- {what}, by the medians, {OURS} {}.", distances(rows, of))?;
    }
    writeln!(
        out,
        "- The medians of single turns differ by up to {} times in process, {} warm and {} cold; in \
         process, {} are for reading the clock, but for the plain function.",
        spread(in_process, |row| Some(&row.warm)),
        spread(as_functions, |row| Some(&row.warm)),
        spread(as_functions, |row| row.cold.as_ref()),
        time(clock()),
    )
}

fn line(row: &Row, floor: Option<&Row>) -> String {
    let ratio = |of: fn(&Row) -> Option<&Times>| {
        let (own, floor) = (of(row)?, floor.and_then(of)?);
        Some(format!("{} ×", digits(own.median.as_secs_f64() / floor.median.as_secs_f64())))
    };
    let cold = row.cold.as_ref();
    let cells = [
        Some(row.name.to_owned()),
        Some(row.sandbox.to_owned()),
        Some(row.state.to_owned()),
        cold.map(|times| time(times.median)),
        cold.map(|times| time(times.within_99)),
        ratio(|row| row.cold.as_ref()),
        Some(time(row.warm.median)),
        Some(time(row.warm.within_90)),
        Some(time(row.warm.within_99)),
        ratio(|row| Some(&row.warm)),
        row.processor.map(time),
        row.peak.map(|bytes| format!("{:.1} MB", bytes as f64 / 1e6)),
    ];
    let cells = cells.map(Option::unwrap_or_default);
    format!("| {} |", cells.join(" | "))
}

/// How many times as fast as each of the others `admit` is, or how many times as slow.
fn distances(rows: &[Row], of: fn(&Row) -> Option<&Times>) -> String {
    let median = |row: &Row| of(row).map(|times| times.median.as_secs_f64());
    let ours = rows.iter().find(|row| row.name.starts_with(OURS)).and_then(median);
    let (mut faster, mut slower) = (Vec::new(), Vec::new());
    for row in rows.iter().filter(|row| !row.name.starts_with(OURS)) {
        let (Some(ours), Some(theirs)) = (ours, median(row)) else { continue };
        let name = if rows.iter().filter(|other| other.name == row.name).count() > 1 {
            format!("{} ({})", row.name, row.state)
        } else {
            row.name.to_owned()
        };
        if ours <= theirs {
            faster.push(format!("{} times as fast as {name}", digits(theirs / ours)));
        } else {
            slower.push(format!("{} times as long as {name}", digits(ours / theirs)));
        }
    }
    let said = |verb: &str, list: Vec<String>| {
        (!list.is_empty()).then(|| format!("{verb} {}", list.join(", ")))
    };
    let parts = [said("is", faster), said("takes", slower)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; it ")
}

/// The largest of the spreads.
fn spread(rows: &[Row], of: fn(&Row) -> Option<&Times>) -> String {
    let spreads = rows.iter().filter_map(of).map(|times| times.spread);
    digits(spreads.fold(1.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn row(name: &'static str, state: &'static str, micros: u64) -> Row {
        let median = Duration::from_micros(micros);
        let warm = Times { median, within_90: median * 2, within_99: median * 3, spread: 1.1 };
        Row { name, sandbox: "yes", state, cold: None, warm, processor: None, peak: None }
    }

    #[test]
    fn a_row_is_set_beside_the_floor() {
        let (ours, floor) =
            (row("`admit`", "fresh", 6), row("a plain Rust function", "a function", 4));
        assert_eq!(
            line(&ours, Some(&floor)),
            "| `admit` | yes | fresh |  |  |  | 6.00 µs | 12.0 µs | 18.0 µs | 1.50 × |  |  |"
        );
    }

    #[test]
    fn distances_go_both_ways_and_name_the_state_where_a_name_is_there_twice() {
        let rows = [
            row("`admit`", "fresh", 6),
            row("Cedar", "anew", 60),
            row("Cedar", "again", 3),
            row("a plain Rust function", "a function", 1),
        ];
        assert_eq!(
            distances(&rows, |row| Some(&row.warm)),
            "is 10.0 times as fast as Cedar (anew); it takes 2.00 times as long as Cedar (again), \
             6.00 times as long as a plain Rust function"
        );
    }
}
