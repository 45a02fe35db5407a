//! Copies of a file are the same.

use admit_core::Language;
use admit_tests::{EVERYWHERE, Project, root};
use std::fs;

/// It differs in the language, and in the place of the schema.
#[test]
fn metadata_is_the_same() {
    for name in EVERYWHERE.into_iter().chain(["link-by-email"]) {
        let projects = Project::all(name);
        let [metadata, schemas] = ["policy.toml", "settings.schema.json"].map(|file| {
            let text = |project: &Project| fs::read_to_string(project.folder.join(file)).ok();
            projects.iter().map(text).collect::<Vec<_>>()
        });
        let metadata: Vec<toml::Table> = metadata
            .into_iter()
            .map(|text| {
                let mut table: toml::Table = text.unwrap().parse().unwrap();
                table.remove("language");
                table
            })
            .collect();
        assert!(metadata.iter().all(|other| *other == metadata[0]), "{name}: {metadata:#?}");
        assert!(schemas.iter().all(|other| *other == schemas[0]), "{name}: {schemas:#?}");
    }
}

#[test]
fn every_language_has_each_policy() {
    let mut seen = Vec::new();
    for name in EVERYWHERE.into_iter().chain(["mishaps"]) {
        let languages: Vec<Language> =
            Project::all(name).iter().map(|project| project.language).collect();
        let [Language::Rust, script, Language::C, Language::Python] = languages[..] else {
            panic!("{name}: {languages:?}")
        };
        seen.push(script);
    }
    assert!(seen.contains(&Language::TypeScript) && seen.contains(&Language::JavaScript));
    assert!(!seen.contains(&Language::Python) && !seen.contains(&Language::C));
}

#[test]
fn the_contract_is_the_same() {
    for (copy, version) in [
        ("rust/wit/0.1.0/policy.wit", "0.1.0"),
        ("rust/wit/0.2.0/policy.wit", "0.2.0"),
        ("js/wit/0.1.0/policy.wit", "0.1.0"),
        ("js/wit/0.2.0/policy.wit", "0.2.0"),
        ("python/src/admit_policy/policy.wit", "0.1.0"),
        ("python/src/admit_policy/policy-with-facts.wit", "0.2.0"),
    ] {
        let contract = fs::read(root().join("wit").join(version).join("policy.wit")).unwrap();
        let copy = root().join("guest-sdk").join(copy);
        assert!(fs::read(&copy).unwrap() == contract, "{copy:?} is another contract");
    }
}
