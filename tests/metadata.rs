//! The metadata of the sample policies, and whether it is true.

use admit_core::{Limits, Metadata};
use admit_engine::Engine;
use admit_tests::{admit, component, root, stderr, target_of_projects};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use wasm_metadata::Payload;

const DIGEST: &str = "280d44ab1e9f79b5cce2dd4f58f5fe91f0fbacdac9f7447dffc318ceb79f2d02";

/// The sample policies, by their folders.
fn samples() -> Vec<String> {
    let entries = fs::read_dir(root().join("plugins")).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names.len(), 9, "{names:?}");
    names
}

fn folder(sample: &str) -> PathBuf {
    root().join("plugins").join(sample)
}

fn metadata(sample: &str) -> Metadata {
    let text = fs::read_to_string(folder(sample).join("policy.toml")).expect(sample);
    let schema = |name: &str| {
        let schema = fs::read(folder(sample).join(name)).expect(name);
        Ok(serde_json::from_slice(&schema).expect(name))
    };
    Metadata::from_toml("policy.toml", &text, schema).unwrap()
}

#[test]
fn a_sample_is_called_what_its_package_is_called() {
    for name in samples() {
        let metadata = metadata(&name);
        assert_eq!(metadata.name.as_str(), name);
        let package = fs::read_to_string(folder(&name).join("Cargo.toml")).unwrap();
        let description = format!("description = \"{}\"\n", metadata.description);
        assert!(package.contains(&description), "{name}");
        // The keys of a manifest, as its page names them.
        let page = fs::read_to_string(folder(&name).join("README.md")).unwrap();
        let text = fs::read_to_string(folder(&name).join("policy.toml")).unwrap();
        for key in ["reads = ", "verdicts = "] {
            let line = text.lines().find(|line| line.starts_with(key)).unwrap();
            assert!(page.lines().any(|said| said == line), "{name}: {line}");
        }
        for code in metadata.denials.keys() {
            assert!(page.contains(&format!("| `{code}` | ")), "{name}: {code}");
        }
    }
}

/// A code is the first argument of a function called `deny`, in the source before its tests.
#[test]
fn a_sample_declares_the_codes_that_its_source_can_give() {
    for name in samples() {
        let source = fs::read_to_string(folder(&name).join("src/lib.rs")).unwrap();
        let (source, _) = source.split_once("#[cfg(test)]\nmod tests").unwrap();
        let calls = source.split("deny(").skip(1);
        let literals = calls.filter_map(|call| call.trim_start().strip_prefix('"'));
        let given: BTreeSet<&str> =
            literals.map(|literal| literal.split_once('"').unwrap().0).collect();
        let metadata = metadata(&name);
        let declared: BTreeSet<&str> = metadata.denials.keys().map(String::as_str).collect();
        assert_eq!(given, declared, "{name}");
    }
}

/// For every sample settings that it takes, and settings that it refuses.
#[test]
fn the_schema_takes_what_the_policy_takes() {
    let digests = |digests: &str| format!(r#"{{"sha256": [{digests}]}}"#);
    let long = |labels: usize| format!(r#"{{"domains": ["{}a"]}}"#, "a.".repeat(labels));
    check("email-domain", &["{}"], &[r#"{"domain": "example.com"}"#]);
    check("verify-contact", &["{}"], &[r#"{"email": true}"#]);
    check(
        "minimum-username-length",
        &["{}", r#"{"characters": 0}"#, r#"{"characters": 5}"#],
        &[
            r#"{"characters": -1}"#,
            r#"{"characters": 1.5}"#,
            r#"{"characters": "5"}"#,
            r#"{"characters": null}"#,
            r#"{"minimum": 5}"#,
        ],
    );
    check(
        "blocked-email-domains",
        &[
            r#"{"domains": []}"#,
            r#"{"domains": ["example.com", "Example.ORG.", "net", "a-b.c_d"]}"#,
            &long(126),
        ],
        &[
            "{}",
            r#"{"domains": "example.com"}"#,
            r#"{"domain": ["example.com"]}"#,
            r#"{"domains": [5]}"#,
            r#"{"domains": [""]}"#,
            r#"{"domains": ["."]}"#,
            r#"{"domains": [".example.com"]}"#,
            r#"{"domains": ["a..b"]}"#,
            r#"{"domains": ["example.com", "*.example.com"]}"#,
            r#"{"domains": ["mary@example.com"]}"#,
            r#"{"domains": [" example.com"]}"#,
            r#"{"domains": ["example.com\n"]}"#,
            r#"{"domains": ["bücher.example"]}"#,
            &long(127),
        ],
    );
    check(
        "identity-providers",
        &[r#"{"providers": []}"#, r#"{"providers": ["Google", "Écoles", " x "]}"#],
        &[
            "{}",
            r#"{"providers": "Google"}"#,
            r#"{"provider": ["Google"]}"#,
            r#"{"providers": ["Google", " "]}"#,
            r#"{"providers": [""]}"#,
            r#"{"providers": ["\u00a0\u3000"]}"#,
        ],
    );
    check(
        "invitation-code",
        &[
            r#"{"sha256": []}"#,
            &digests(&format!("{DIGEST:?}")),
            &digests(&format!("{DIGEST:?}, {:?}", DIGEST.to_uppercase())),
            &format!(r#"{{"key": "ticket", "sha256": [{DIGEST:?}]}}"#),
        ],
        &[
            "{}",
            r#"{"key": "ticket"}"#,
            r#"{"key": "", "sha256": []}"#,
            r#"{"key": null, "sha256": []}"#,
            &digests("\"\""),
            &digests("\"welcome\""),
            &digests(&format!("{:?}", &DIGEST[1..])),
            &digests(&format!("\"{DIGEST}0\"")),
            &digests(&format!("{DIGEST:?}, {:?}", DIGEST.replace('a', "g"))),
            r#"{"sha256": [], "codes": []}"#,
        ],
    );
}

fn check(sample: &str, taken: &[&str], refused: &[&str]) {
    let engine = Engine::new(1).unwrap();
    let policy = engine.compile(&fs::read(component(sample)).unwrap()).unwrap();
    let schema = metadata(sample).settings.map(|schema| {
        let schema = serde_json::Value::Object(schema);
        jsonschema::validator_for(&schema).unwrap()
    });
    let rows = taken.iter().map(|row| (row, true)).chain(refused.iter().map(|row| (row, false)));
    for (settings, expected) in rows {
        let value: serde_json::Value = serde_json::from_str(settings).unwrap();
        // Without a schema a policy takes no settings.
        let fits = match &schema {
            Some(schema) => schema.is_valid(&value),
            None => value.as_object().unwrap().is_empty(),
        };
        assert_eq!(fits, expected, "{sample}, by its schema: {settings}");
        let configured = engine.check_settings(&policy, &Limits::default(), settings);
        assert_eq!(configured.is_ok(), expected, "{sample}: {settings}: {configured:?}");
    }
}

/// Name, version and description are where every tool looks for them.
#[test]
fn another_tool_reads_name_version_and_description() {
    for name in samples() {
        let bytes = fs::read(component(&name)).unwrap();
        let Payload::Component { metadata: found, .. } = Payload::from_binary(&bytes).unwrap()
        else {
            panic!("{name} is not a component");
        };
        let metadata = metadata(&name);
        assert_eq!(found.name.as_deref(), Some(metadata.name.as_str()));
        assert_eq!(found.version.map(|version| version.to_string()), Some(metadata.version));
        let description = found.description.map(|description| description.to_string());
        assert_eq!(description, Some(metadata.description));
        let producers = found.producers.expect("the tools that made it");
        let admit = producers.get("processed-by").and_then(|tools| tools.get("admit").cloned());
        assert_eq!(admit.as_deref(), Some(env!("CARGO_PKG_VERSION")), "{name}");
    }
}

/// Its author is told when the version or the name is not the package's.
#[test]
fn a_version_or_a_name_that_is_not_the_package_s_is_a_warning() {
    let here = tempfile::tempdir().unwrap();
    let project = here.path().join("mine");
    fs::create_dir_all(project.join("src")).unwrap();
    let sdk = root().join("guest-sdk/rust");
    let manifest = format!(
        "[package]\nname = \"mine\"\nversion = \"0.2.0\"\nedition = \"2024\"\n[workspace]\n\
         [dependencies]\nadmit-policy = {{ path = {sdk:?} }}\n"
    );
    fs::write(project.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).unwrap();
    fs::copy(folder("email-domain").join("src/lib.rs"), project.join("src/lib.rs")).unwrap();
    let toolchain = "rust-toolchain.toml";
    fs::copy(root().join(toolchain), here.path().join(toolchain)).unwrap();
    let build = |name: &str, version: &str| {
        let text = format!(
            "name = \"{name}\"\nversion = \"{version}\"\ndescription = \"d\"\nreads = []\n\
             verdicts = [\"confirm\"]\n"
        );
        fs::write(project.join("policy.toml"), text).unwrap();
        build(&project)
    };
    assert_eq!(build("mine", "0.2.0"), "");
    let said = build("yours", "0.1.0");
    assert!(
        said.contains("warning: `name`: the package is called `mine` in Cargo.toml\n"),
        "{said}"
    );
    assert!(said.contains("policy.toml:1:8\n"), "{said}");
    assert!(said.contains("warning: `version`: the package has `0.2.0` in Cargo.toml\n"), "{said}");
    assert!(said.contains("policy.toml:2:11\n"), "{said}");
}

/// Builds a project, and returns what is said about it apart from how long it takes.
fn build(project: &Path) -> String {
    let mut command = admit();
    command.arg("build").current_dir(project);
    command.env("CARGO_TARGET_DIR", target_of_projects());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stderr(&output);
    said.split_inclusive('\n').filter(|line| !line.starts_with("building ")).collect()
}
