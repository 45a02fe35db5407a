//! The page's other tables: variables, lines of the log, failures, metrics.

use super::page::*;
use admit_core::{FAILURE_MESSAGE, Limits, Manifest, grouped};
use admit_tests::{Bundle, Lambda, bootstrap, event, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

/// The sources of everything that runs in the function and reads its environment.
fn sources() -> String {
    let mut all = String::new();
    for folder in ["host/lambda", "host/trigger", "host/services", "host/outbound"] {
        for file in fs::read_dir(root().join(folder).join("src")).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                all += &fs::read_to_string(path).unwrap();
            }
        }
    }
    all
}

/// The texts in the code that begin like this, and are names of variables.
fn variables(code: &str, prefix: &str) -> BTreeSet<String> {
    let is_name = |word: &&str| word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let texts = code.split('"').filter(|word| word.starts_with(prefix)).filter(is_name);
    texts.map(str::to_owned).collect()
}

#[test]
fn the_variables_are_those_that_the_code_reads() {
    let page = page();
    let page = section(&page, "## 2. Environment variables");
    let own = table(page, &["variable", "value", "default", "what it does"]);
    let names = |rows: &[Vec<String>]| {
        rows.iter().map(|row| unquoted(&row[0]).to_owned()).collect::<Vec<_>>()
    };
    let expect = |names: Vec<String>, prefix: &str| {
        let code = variables(&sources(), prefix);
        assert!(code.len() >= 6, "{code:?}");
        assert_eq!(names.len(), code.len(), "{names:?}");
        assert_eq!(names.into_iter().collect::<BTreeSet<_>>(), code);
    };
    expect(names(&own), "ADMIT_");
    expect(names(&table(page, &["variable", "what it is for"])), "AWS_");
    let most: u64 = number(&read("host/lambda/src/lib.rs"), "const MAX_CONCURRENCY: u32 = ");
    assert!(page.contains(&format!("{} at most", grouped(most))), "{most}");
}

#[test]
fn a_wrong_value_is_reported_and_ignored() {
    let page = page();
    let header = ["variable", "value", "default", "what it does"];
    let rows = table(section(&page, "## 2. Environment variables"), &header);
    let rows: Vec<_> = rows.iter().filter(|row| row[0] != "`ADMIT_BUNDLE`").collect();
    let wrong: Vec<(&str, &str)> = rows.iter().map(|row| (unquoted(&row[0]), ":?")).collect();
    let bundle = Bundle::sample();
    let mut lambda = start(&bundle, &wrong);
    lambda.invoke(event("sign-up.json"));
    let lines = lambda.end_log();
    let said: BTreeMap<_, _> = lines
        .iter()
        .filter(|line| line["type"] == "ignored-variable")
        .map(|line| (line["variable"].as_str().unwrap(), line["expected"].as_str().unwrap()))
        .collect();
    assert_eq!(said, rows.iter().map(|row| (unquoted(&row[0]), row[1].as_str())).collect());
    // And what is there by default is there.
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert!(kinds.ends_with(&["started", "decision"]), "{kinds:?}");
    assert_eq!(lines.last().unwrap()["userNameHash"], Value::Null);

    // Where there is no bundle, nothing goes on.
    for folder in ["", "/nowhere"] {
        let mut command = Command::new(bootstrap());
        command.env("ADMIT_BUNDLE", folder).current_dir("/");
        let mut lambda = Lambda::start_command(command);
        let admit_tests::Answer::Error(error) = lambda.init_error() else { panic!("it starts") };
        let kind = &serde_json::from_str::<Value>(&error).unwrap()["errorType"];
        assert!(page.contains(&format!("| `{}` |", kind.as_str().unwrap())), "{kind}");
        assert_eq!(lambda.wait(), Some(1));
        assert_eq!(lambda.any_log_line()["type"], "error");
    }
}

/// Words and levels of the lines that the code writes.
fn lines_of_the_code() -> BTreeMap<String, BTreeSet<String>> {
    let mut lines: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let diagnostics = read("host/trigger/src/diagnostics.rs");
    let mut written: Vec<&str> = diagnostics.split("!(\"type\" = \"").collect();
    assert_eq!(written.len() - 1, diagnostics.matches("\"type\" = ").count());
    let mut before = written.remove(0);
    for line in written {
        let macro_name = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap();
        let word = line.split('"').next().unwrap();
        lines.entry(word.to_owned()).or_default().insert(macro_name.to_ascii_uppercase());
        before = line;
    }
    // One is made of what the runtime library says, and always an error.
    let tagged = diagnostics.clone() + &read("host/trigger/src/lost_lines.rs");
    for tagged in tagged.split("tag = \"type\", rename = \"").skip(1) {
        let word = tagged.split('"').next().unwrap();
        lines.entry(word.to_owned()).or_default().insert("ERROR".to_owned());
    }
    let record = read("host/trigger/src/record.rs");
    let level = record.split("const LEVEL: &str = \"").nth(1).unwrap().split('"').next().unwrap();
    let written = record.clone() + &read("host/trigger/src/started.rs");
    for tagged in written.split("tag = \"type\", rename = \"").skip(1) {
        let word = tagged.split('"').next().unwrap();
        lines.entry(word.to_owned()).or_default().insert(level.to_owned());
    }
    let metrics = read("host/trigger/src/metrics.rs");
    let typed = "insert(\"type\".to_owned(), \"";
    for tagged in metrics.split(typed).skip(1) {
        lines.entry(tagged.split('"').next().unwrap().to_owned()).or_default();
    }
    lines
}

#[test]
fn every_kind_of_line_has_a_row_with_its_levels() {
    let page = page();
    let section = section(&page, "## 6. Other log lines");
    let rows = table(section, &["`type`", "level", "means", "do"]);
    let code = lines_of_the_code();
    assert!(code.len() >= 13, "{code:?}");
    assert_eq!(rows.len(), code.len());
    for row in &rows {
        let levels: BTreeSet<String> = quoted(&row[1]).into_iter().map(str::to_owned).collect();
        assert_eq!(code.get(unquoted(&row[0])), Some(&levels), "{row:?}");
        assert!(levels.is_empty() == (row[1] == "none") && !row[2].is_empty(), "{row:?}");
    }
    assert!(section.contains(FAILURE_MESSAGE));
    let kinds = table(section, &["`errorType`", "the person is told", "look for"]);
    let code = read("host/cognito/src/reply.rs") + &read("host/lambda/src/init.rs");
    let named = |kind: &str| code.contains(&format!("\"{kind}\""));
    assert!(kinds.iter().all(|row| named(unquoted(&row[0]))), "{kinds:?}");
    assert_eq!(kinds.len(), 7);
}

#[test]
fn every_kind_of_failure_has_a_row() {
    let code = read("host/core/src/failure.rs");
    let cases = code.split_once("pub enum FailureKind {").unwrap().1.split_once('}').unwrap().0;
    let cases: Vec<&str> =
        cases.split(',').map(str::trim).filter(|case| !case.is_empty()).collect();
    let words: BTreeSet<String> = cases
        .iter()
        .map(|case| {
            let word = code.split(&format!("FailureKind::{case} => \"")).nth(1).unwrap();
            word.split('"').next().unwrap().to_owned()
        })
        .collect();
    assert!(words.len() >= 11 && words.len() == cases.len(), "{words:?}");
    let page = page();
    let section = section(&page, "## 8. What to do when a policy fails");
    let rows = table(section, &["`kind`", "what happened", "look first at", "change"]);
    let shown: BTreeSet<String> = rows.iter().map(|row| unquoted(&row[0]).to_owned()).collect();
    assert_eq!((rows.len(), shown), (words.len(), words));
    assert!(rows.iter().flatten().all(|cell| !cell.is_empty()));
    // And what the rows say of the most that a manifest may ask for.
    let row = |kind: &str| rows.iter().find(|row| unquoted(&row[0]) == kind).unwrap()[3].clone();
    for (kind, most) in [
        ("deadline", in_words(&Limits::MAX.time.to_string())),
        ("budget", in_words(&Manifest::MAX_BUDGET.to_string())),
        ("fuel", grouped(Limits::MAX.fuel)),
        ("memory", in_words(&Limits::MAX.memory.to_string())),
    ] {
        let limit = if kind == "budget" { "`budget`" } else { "`limits." };
        let row = row(kind);
        assert!(row.contains(limit) && row.contains(&format!("{most} at most")), "{row}: {most}");
    }
}

#[test]
fn the_metrics_are_those_of_the_table() {
    let puppet = |id: &str, lines: &str| {
        format!(
            "[[policy]]\nid = \"{id}\"\ncomponent = \"puppet\"\nreads = [\"userName\"]\n\
             verdicts = [\"deny\"]\n{lines}\n"
        )
    };
    let manifest = puppet("denies", "settings = { deny = [\"no\", \"No\"] }")
        + &puppet("fails", "mode = \"monitor\"\nsettings = { crash = \"x\" }");
    let asked = Bundle::with(&manifest);
    let scope = "applies-to = { clients = [\"2example23456789\"] }";
    let unasked = Bundle::with(&puppet("elsewhere", scope));
    let metrics = |bundle: &Bundle, chosen: &str| {
        let mut lambda = start(bundle, &[("ADMIT_METRICS", chosen)]);
        lambda.invoke(event("sign-up.json"));
        lambda.decision_line();
        let line = lambda.log_line();
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().clone();
        directives
            .into_iter()
            .map(|directive| {
                let metric = &directive["Metrics"][0];
                let sets = directive["Dimensions"].as_array().unwrap().iter().map(|set| {
                    let names = set.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
                    format!("`{}`", names.collect::<Vec<_>>().join(", "))
                });
                let word = |value: &Value| value.as_str().unwrap().to_owned();
                let sets = sets.collect::<Vec<_>>().join("; ");
                (word(&metric["Name"]), (word(&metric["Unit"]), sets))
            })
            .collect::<BTreeMap<_, _>>()
    };
    let page = page();
    let section = section(&page, "## 7. Metrics");
    let rows = table(section, &["metric", "chosen by", "unit", "dimensions", "counts"]);
    let mut shown = BTreeMap::new();
    for row in &rows {
        let name = unquoted(&row[0]).to_owned();
        let what = (unquoted(&row[2]).to_owned(), row[3].clone());
        let one = BTreeMap::from([(name.clone(), what.clone())]);
        let bundle = if name == "NoPolicyApplies" { &unasked } else { &asked };
        assert_eq!(metrics(bundle, unquoted(&row[1])), one, "{row:?}");
        shown.insert(name, what);
    }
    let mut all = metrics(&asked, "all");
    all.extend(metrics(&unasked, "all"));
    assert_eq!(all, shown);
    assert_eq!(rows.len(), shown.len());
    let code = read("host/trigger/src/metrics.rs");
    let most = number(&code, "const MAX_CODES: usize = ");
    assert!(section.contains(&format!("a process counts {most} codes separately")), "{most}");
    for (before, name) in
        [("const OTHER_CODE: &str = \"", "`(other)`"), ("const NAMESPACE: &str = \"", "`Admit`")]
    {
        let word = code.split(before).nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(format!("`{word}`"), name);
        assert!(section.contains(name), "{name}");
    }
}
