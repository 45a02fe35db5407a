//! The schemas in editors: taplo is in Even Better TOML, tombi has its own extensions.

use super::document::{Document, Kind};
use super::{CASE, METADATA, POLICY, files};
use admit_tests::{LanguageServer, Packages, python_packages, root, stderr, stdout};
use std::fs;
use std::path::Path;
use std::process::Output;

fn lint(packages: &Packages, tool: &str, files: &[&Path]) -> Output {
    let mut command = packages.tool(tool);
    // Only the schema that a file names counts.
    match tool {
        "tombi" => command.args(["lint", "--offline", "--error-on-warnings"]),
        _ => command.args(["lint", "--no-auto-config"]),
    };
    command.args(files).current_dir(root()).output().unwrap()
}

#[test]
fn editors_accept_the_samples_and_refuse_what_is_wrong() {
    let Some(packages) = python_packages("editors check files by their schemas") else { return };
    let samples = files(&root().join("plugins"), &|path| Kind::of_file(path).is_some());
    let samples: Vec<&Path> = samples.iter().map(AsRef::as_ref).collect();
    let folder = tempfile::tempdir().unwrap();
    for tool in ["taplo", "tombi"] {
        let output = lint(packages, tool, &samples);
        assert!(output.status.success(), "{tool}: {}{}", stdout(&output), stderr(&output));
        for (kind, right, wrong) in [
            (Kind::Admit, POLICY.to_owned(), POLICY.replace("verdicts", "verdict")),
            (Kind::Admit, POLICY.to_owned(), format!("{POLICY}limits.memory = \"1GiB\"\n")),
            (Kind::Admit, POLICY.to_owned(), POLICY.replace("reads = []", "reads = [\"mail\"]")),
            (Kind::Policy, METADATA.to_owned(), METADATA.replace("\"1\"", "1")),
            (
                Kind::Policy,
                format!("{METADATA}denials.a = \"x\"\nsettings.type = \"object\"\n"),
                format!("{METADATA}denials = [\"a\"]\n"),
            ),
            (Kind::Cases, format!("{CASE}settings.a = 1\n"), CASE.replace("deny", "denies")),
        ] {
            for (text, is_right) in [(right, true), (wrong, false)] {
                let file = folder.path().join("file.toml");
                let schema = kind.file();
                fs::write(&file, format!("#:schema {}\n\n{text}", schema.display())).unwrap();
                let output = lint(packages, tool, &[&file]);
                let said = format!("{}{}", stdout(&output), stderr(&output));
                assert_eq!(output.status.success(), is_right, "{tool} on {text}{said}");
                if kind != Kind::Cases {
                    let tool_refuses = Document::new(kind, text).refused_by_tool().is_some();
                    assert_eq!(tool_refuses, !is_right);
                }
            }
        }
    }
}

#[test]
fn an_editor_completes_and_explains() {
    let Some(packages) = python_packages("an editor completes and explains") else { return };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    fs::copy(Kind::Admit.file(), folder.join("admit.schema.json")).unwrap();
    let file = folder.join("admit.toml");
    let text = "#:schema ./admit.schema.json\n\n[[policy]]\nid = \"a\"\nreads = [\"\"]\n\
                mode = \"monitor\"\non\nlimits = { }\n";
    fs::write(&file, text).unwrap();
    let mut command = packages.tool("tombi");
    command.args(["lsp", "--offline"]);
    let mut editor = LanguageServer::start(command, &folder);
    editor.open(&file, (5, 1));
    let words = editor.hover(&file, (5, 1));
    assert!(words.starts_with("Whether it counts. "), "{words}");
    assert!(words.contains("Default: `\"enforce\"`"), "{words}");
    assert_eq!(editor.completions(&file, (6, 2)), ["on-failure"]);
    let reads = editor.completions(&file, (4, 10));
    assert!(reads.contains(&"\"userAttributes.email\"".to_owned()), "{reads:?}");
    let limits = editor.completions(&file, (7, 11));
    let schema = Kind::Admit.schema();
    let known = &schema["properties"]["policy"]["items"]["properties"]["limits"]["properties"];
    assert_eq!(limits.len(), known.as_object().unwrap().len(), "{limits:?}");
}
