//! `admit report`: a page about a policy set, which loads and runs nothing.

mod browser;
mod hostile;

use admit_tests::{admit, component, node_packages, parse_html, root, sample_manifest, stderr};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// The page of the samples, made once for all tests.
static SAMPLES: LazyLock<String> = LazyLock::new(|| report(&sample_manifest(), &[]));

/// The page of a manifest, with what else the command is told.
fn report(manifest: &Path, more: &[&str]) -> String {
    let output = command(manifest, more).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn command(manifest: &Path, more: &[&str]) -> Command {
    let mut command = admit();
    command.arg("report").arg(manifest).args(["-o", "-"]).args(more);
    command
}

/// Checks that a page is HTML without a mistake and that there is nothing in it which loads or
/// runs, and gives its words.
fn check_inert(packages: &'static admit_tests::Packages, page: &str) -> String {
    let found = parse_html(packages, page);
    assert_eq!(found["errors"], Value::Array(Vec::new()), "the page is not valid HTML");
    const ELEMENTS: &str = "a bdi blockquote body br caption code dd desc div dl dt figcaption \
                            figure footer h1 h2 h3 head header html li line main meta ol p rect \
                            section span style svg table tbody td th thead title tr ul wbr";
    for element in found["elements"].as_array().unwrap() {
        let element = element.as_str().unwrap();
        assert!(ELEMENTS.split(' ').any(|one| one == element), "<{element}> is in the page");
    }
    for attribute in found["attributes"].as_array().unwrap() {
        let [element, name, value] = [0, 1, 2].map(|index| attribute[index].as_str().unwrap());
        assert!(!name.starts_with("on") && name != "style", "{attribute}");
        if name == "href" || name == "src" {
            assert!(element == "a" && value.starts_with('#'), "{attribute}");
        }
    }
    let style = found["style"].as_str().unwrap();
    assert!(!style.contains("url(") && !style.contains("@import"), "{style}");
    found["text"].as_str().unwrap().to_owned()
}

#[test]
fn the_page_of_the_samples_has_every_fact_and_nothing_that_loads() {
    let Some(packages) = node_packages("report") else { return };
    let text = check_inert(packages, &SAMPLES);
    for id in ["email-domain", "verify-contact", "minimum-username-length"] {
        let bytes = fs::read(component(id)).unwrap();
        let digest = admit_engine::Digest::new(&bytes).to_string();
        for fact in [id, &digest] {
            assert!(text.contains(fact), "{fact} is not in the page");
        }
    }
    for fact in [
        "3 policies decide who may sign up",
        "userAttributes.custom:domain",
        "verify-phone",
        "Denies user names that are too short",
        "username-too-short",
        "The user name has fewer characters than the settings ask for",
        "50,000,000",
        "all 11 cases pass",
        "a short name is denied, whatever the others grant",
        "confirm: 2 granted, 0 withheld, 7 abstained",
        "admit check has no findings",
        "granted as requested",
    ] {
        assert!(text.contains(fact), "{fact} is not in the page");
    }
}

#[test]
fn the_values_of_settings_are_shown_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("admit.toml");
    let component = component("blocked-email-domains");
    let policy = format!(
        "[[policy]]\nid = \"p\"\ncomponent = {component:?}\nreads = []\nverdicts = []\n\
         settings = {{ domains = [\"secret.example\"] }}\n"
    );
    fs::write(&manifest, policy).unwrap();
    let hidden = report(&manifest, &[]);
    assert!(hidden.contains(">domains<") && !hidden.contains("secret.example"), "{hidden}");
    assert!(report(&manifest, &["--show-settings"]).contains("secret.example"));
}

#[test]
fn without_times_the_same_input_gives_the_same_bytes() {
    let page = report(&sample_manifest(), &["--no-times"]);
    assert_eq!(page, report(&sample_manifest(), &["--no-times"]));
    assert!(!page.contains("µs") && !page.contains("<figure>"), "{page}");
    assert!(SAMPLES.contains("<figure>"));
}

/// Missing facts are not made up, and mistakes are reported.
#[test]
fn missing_and_wrong_parts_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("admit.toml");
    let component = component("grants-everything");
    let policy = format!(
        "[[policy]]\nid = \"p\"\ncomponent = {component:?}\nreads = [\"userName\"]\n\
         verdicts = [\"confirm\"]\nmode = \"monitor\"\non-failure = \"abstain\"\n\
         limits = {{ fuel = 1000 }}\n"
    );
    fs::write(&manifest, policy).unwrap();
    let page = report(&manifest, &[]);
    for words in [
        "The component has no metadata.",
        "<span class=\"soft\">no metadata</span>",
        "<code>cases.toml</code> not found",
        "The policy has no cases of its own",
        "monitors: does not count",
        "abstains on failure",
        "instead of 50,000,000",
        "on a sample sign-up",
        "It may not deny.",
        // A finding of `admit check`.
        "no-metadata",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let cases = folder.path().join("cases.toml");
    fs::write(&cases, "[[case]]\nname = \"is confirmed\"\nconfirm = true\n").unwrap();
    let page = report(&manifest, &[]);
    for words in ["1 case fails", "is confirmed", "expected: <bdi>admitted: confirm<"] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}

#[test]
fn a_policy_project_has_a_page_of_its_own() {
    let page = report(Path::new("plugins/minimum-username-length"), &["--no-times"]);
    for words in ["One policy decides who may sign up", "username-too-short", "cases pass"] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}

#[test]
fn a_file_is_written_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    let mut command = admit();
    command.args(["report", "plugins/minimum-username-length", "-o"]).arg(&file);
    assert!(command.output().unwrap().status.success());
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    let mut command = admit();
    command.args(["report", "nowhere.toml", "-o"]).arg(&file);
    let output = command.current_dir(root()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_to_string(&file).unwrap(), page);
}
