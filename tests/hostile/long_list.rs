//! A policy with a hundred thousand entries in its settings.

use admit_tests::{Answer, Bundle, HostileRun, Lambda, admit, component, root, stderr};
use serde_json::Value;
use std::fs;

/// A Rust policy with a hundred thousand entries in its settings. The default limits stop it when it
/// is bundled; with those of the recipe it decides, and does not take another domain for a listed one.
#[test]
fn large_domain_list() {
    let domains: Vec<String> = (0..100_000).map(|n| format!("domain-{n}.example")).collect();
    let manifest = |limits: &str| {
        format!(
            "[[policy]]\nid = \"p\"\ncomponent = {:?}\nreads = [\"userAttributes.email\"]\n\
             verdicts = [\"deny\"]\n{limits}\nsettings = {{ domains = {domains:?} }}\n",
            component("large-domain-list")
        )
    };
    let folder = tempfile::tempdir().unwrap();
    // The time does not stop it first, on a slow machine.
    let stopped = manifest("limits = { time = \"2s\" }");
    fs::write(folder.path().join("admit.toml"), stopped).unwrap();
    let output =
        admit().args(["bundle", "-o", "bundle"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let expected = "stopped after 50,000,000 units of fuel in `configure`";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));

    let recipe = fs::read_to_string(root().join("docs/src/recipes/long-list.md")).unwrap();
    let limits = recipe.lines().find(|line| line.starts_with("limits = ")).unwrap();
    let bundle = Bundle::with(&manifest(limits));
    let mut lambda = Lambda::start(&bundle.path());
    let mut answer = |address: &str| {
        let mut event: Value = serde_json::from_str(&HostileRun::sign_up("client")).unwrap();
        event["request"]["userAttributes"]["email"] = address.into();
        lambda.invoke(event.to_string())
    };
    let Answer::Error(denied) = answer("mary@mail.DOMAIN-99999.example.") else { panic!() };
    assert!(denied.contains("Please sign up with another email address"), "{denied}");
    assert!(matches!(answer("mary@domain-100000.example"), Answer::Response(_)));
}
