//! The results of cases as JUnit XML.

use super::results::{CaseResult, Results, Verdict};
use anyhow::Context;
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

/// The results as JUnit XML. It contains no times, which would differ between machines.
pub(crate) fn report(results: &Results) -> anyhow::Result<String> {
    let mut suite = TestSuite::new(results.file.as_str());
    suite.add_test_cases(results.cases.iter().map(|case| test_case(results, case)));
    let mut report = Report::new("admit test");
    report.add_test_suite(suite);
    report.to_string().context("cannot write the JUnit XML")
}

fn test_case(results: &Results, case: &CaseResult) -> TestCase {
    let mut test = TestCase::new(case.name.as_str(), status(results, case));
    test.set_classname(results.file.as_str());
    test.extra.insert("file".into(), results.file.as_str().into());
    test.extra.insert("line".into(), case.line.to_string().into());
    if let Some(fuel) = case.fuel {
        test.add_property(Property::new("fuel", fuel.to_string()));
    }
    test.add_property(Property::new("memory", case.memory.bytes().to_string()));
    test
}

fn status(results: &Results, case: &CaseResult) -> TestCaseStatus {
    if case.outcome == Verdict::Passed {
        return TestCaseStatus::success();
    }
    let line = |(label, words): &(String, String)| match label.as_str() {
        "" => words.clone(),
        label => format!("{label}: {words}"),
    };
    let short = case.differences.iter().flat_map(|difference| difference.lines());
    let short: Vec<String> = short.map(|pair| line(&pair)).collect();
    let long: Vec<String> = results.explanation(case).iter().map(line).collect();
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(short.join("; ")).set_description(long.join("\n"));
    status
}
