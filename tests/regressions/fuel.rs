//! The fuel that the cases of the samples use.

use admit_tests::{admit, check_golden, root, stderr, stdout};
use serde_json::Value;
use std::fs;

/// Fuel is the same on every machine: what a sample costs changes with its code, the SDK, the
/// toolchain or the engine, and with nothing else.
#[test]
fn every_case_of_every_sample_costs_the_fuel_that_it_cost() {
    let mut projects: Vec<_> = fs::read_dir(root().join("plugins"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    projects.sort();
    let mut table = String::new();
    for project in projects {
        let name = project.file_name().unwrap().to_str().unwrap();
        let output = admit().args(["test", "--format", "json"]).arg(&project).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let results: Value = serde_json::from_str(&stdout(&output)).unwrap();
        for case in results["cases"].as_array().unwrap() {
            // A case whose policy does not run has no fuel.
            let fuel = case["fuel"].as_u64().map_or("-".to_owned(), |fuel| fuel.to_string());
            let case = case["name"].as_str().unwrap();
            table += &format!("{fuel:>8}  {name}: {case}\n");
        }
    }
    check_golden("regressions/fuel.txt", &table);
}
