//! The results as JUnit and as JSON.

use super::expectations::{FAILING, PASSING};
use super::{json, manifest, test};
use admit_tests::stdout;
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};

#[test]
fn junit_is_valid() {
    for (cases, failures) in [(PASSING, 0), (FAILING, FAILING.matches("[[case]]").count())] {
        let folder = manifest(cases);
        let text = stdout(&test(folder.path(), &["--format", "junit"]));
        let report = Report::deserialize_from_str(&text).unwrap();
        let count = cases.matches("[[case]]").count();
        assert_eq!((report.tests, report.failures, report.errors), (count, failures, 0));
        let suite = &report.test_suites[0];
        assert_eq!(suite.name.as_str(), "cases.toml");
        for case in &suite.test_cases {
            assert!(cases.contains(&format!("name = {:?}", case.name.as_str())));
            assert!(case.extra["line"].as_str().parse::<usize>().unwrap() > 0);
            let kind = match &case.status {
                TestCaseStatus::NonSuccess { kind, message, .. } => {
                    assert!(message.as_ref().is_some_and(|text| !text.as_str().is_empty()));
                    Some(*kind)
                }
                _ => None,
            };
            assert_eq!(kind, (failures > 0).then_some(NonSuccessKind::Failure));
        }
    }
}

#[test]
fn json_has_every_member() {
    let folder = manifest(FAILING);
    let results = json(folder.path(), &["--filter", "more fuel"]);
    assert_eq!(results["failed"], 1);
    assert_eq!(results["leftOut"], FAILING.matches("[[case]]").count() - 1);
    let case = &results["cases"][0];
    let line = 1 + FAILING.lines().position(|line| line.contains("more fuel")).unwrap();
    assert_eq!(case["line"], line - 1);
    assert_eq!(case["outcome"], "failed");
    assert_eq!(case["expected"], "admitted: confirm");
    assert_eq!(case["got"], "admitted: confirm");
    assert_eq!(case["maxFuel"], 10);
    let difference = &case["differences"][0];
    assert_eq!(
        (&difference["about"], case["differences"].as_array().unwrap().len()),
        (&"fuel".into(), 1)
    );
    assert_eq!(case["policies"][0]["policy"], "granter");
    assert_eq!(case["notAsked"].as_array().unwrap().len(), 5);
}
