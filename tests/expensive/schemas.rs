//! Schemas of settings from which a validator takes long to build, or to be asked.

use admit_tests::{admit, component, stderr, stdout, with_section};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A folder with a policy that has this schema for its settings, and a manifest that names it.
fn folder(schema: &Value) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let metadata = json!({
        "name": "p", "version": "1.0.0", "description": "Grants", "reads": [],
        "verdicts": ["confirm", "deny"], "settings": schema,
    });
    let bytes = fs::read(component("grants-everything")).unwrap();
    let bytes = with_section(&bytes, "admit:policy/metadata", metadata.to_string().as_bytes());
    fs::write(folder.path().join("p.wasm"), bytes).unwrap();
    let manifest = "[[policy]]\nid = \"p\"\ncomponent = \"p.wasm\"\nreads = []\n\
                    verdicts = [\"confirm\", \"deny\"]\nsettings = { a = 1 }\n";
    fs::write(folder.path().join("admit.toml"), manifest).unwrap();
    fs::write(folder.path().join("cases.toml"), "[[case]]\nname = \"any\"\nconfirm = true\n")
        .unwrap();
    folder
}

/// The output of a command, which ends soon.
fn run(folder: &Path, args: &str) -> (Output, String) {
    let started = Instant::now();
    let output = admit().current_dir(folder).args(args.split(' ')).output().unwrap();
    assert!(started.elapsed() < Duration::from_secs(60), "{args}: {:?}", started.elapsed());
    let said = stdout(&output) + &stderr(&output);
    (output, said)
}

/// Definitions, each of which refers to the next one several times, in some way.
fn levels(count: usize, refer: impl Fn(usize) -> Value) -> Map<String, Value> {
    let mut levels: Map<String, Value> =
        (0..count).map(|n| (format!("d{n}"), refer(n + 1))).collect();
    levels.insert(format!("d{count}"), json!({ "properties": { "a": {} } }));
    levels
}

#[test]
fn a_schema_that_expands_endlessly_is_refused_at_once() {
    let definitions = levels(20, |next| {
        let next = json!({ "$ref": format!("#/$defs/d{next}") });
        json!({ "anyOf": vec![next; 4], "unevaluatedProperties": false })
    });
    let folder = folder(&json!({
        "type": "object", "$defs": definitions, "$ref": "#/$defs/d0",
    }));
    let reason = "`settings`: the JSON Schema expands to more than 10000 schemas, or is deeper \
                  than 500: simplify the schema";
    let (output, said) = run(folder.path(), "inspect p.wasm");
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(reason), "{said}");
    for args in ["check p.wasm", "check admit.toml"] {
        let (output, said) = run(folder.path(), args);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("error[metadata]") && said.contains(reason), "{said}");
    }
    let (output, said) = run(folder.path(), "report admit.toml --no-times -o -");
    assert!(output.status.success() && said.contains("expands to more than"), "{said}");
}

/// Where the references lead is not told from their text, so that it is a limit that ends it.
#[test]
fn a_schema_that_does_not_end_is_stopped() {
    let definitions = levels(60, |next| {
        let below = json!({ "$ref": format!("#d{next}") });
        json!({ "$anchor": format!("d{}", next - 1), "allOf": [below, below] })
    });
    let mut definitions = definitions;
    definitions["d60"]["$anchor"] = json!("d60");
    given_up(&json!({ "$ref": "#d0", "$defs": definitions }));
}

#[test]
fn a_schema_of_many_large_patterns_is_stopped() {
    let pattern = |n: usize| (format!("k{n}"), json!({ "pattern": format!("\\p{{L}}{{190}}{n}") }));
    let properties: Map<String, Value> = (0..800).map(pattern).collect();
    given_up(&json!({ "properties": properties }));
}

/// `check` says so as a finding, and `inspect`, which builds no validator, shows the policy.
fn given_up(schema: &Value) {
    let folder = folder(schema);
    for args in ["check p.wasm", "check admit.toml"] {
        let (output, said) = run(folder.path(), args);
        assert_eq!(output.status.code(), Some(3), "{said}");
        let reason = "validation with the policy's schema takes more than ";
        assert!(said.contains("error[metadata]") && said.contains(reason), "{said}");
    }
    for args in ["inspect p.wasm", "report admit.toml --no-times -o -"] {
        let (output, said) = run(folder.path(), args);
        assert!(output.status.success(), "{said}");
    }
}
