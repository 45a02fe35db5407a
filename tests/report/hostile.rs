//! The page of a policy whose author would like to write more of it than is his.

use super::check_inert;
use admit_tests::{component, node_packages, with_section};
use serde_json::{Value, json};
use std::fs;

/// The page of a component with this metadata.
fn page_of(metadata: &Value) -> String {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(component("grants-everything")).unwrap();
    let bytes = with_section(&bytes, "admit:policy/metadata", metadata.to_string().as_bytes());
    fs::write(folder.path().join("hostile.wasm"), bytes).unwrap();
    let manifest = folder.path().join("admit.toml");
    let policy = "[[policy]]\nid = \"hostile\"\ncomponent = \"hostile.wasm\"\n\
                  reads = ['userAttributes.\"><script>alert(1)</script>']\n\
                  verdicts = [\"deny\"]\n";
    fs::write(&manifest, policy).unwrap();
    super::report(&manifest, &[])
}

fn metadata() -> Value {
    let long = "x".repeat(500);
    json!({
        "name": "hostile",
        "version": "1\"><img src=x onerror=alert(1)>",
        "description": "</p></main><script src=\"https://example.com/a.js\">alert('x')</script>",
        "reads": ["userAttributes.<b onclick=alert(1)>", "clientMetadata.שלום", format!("userAttributes.{}", &long[..150])],
        "verdicts": ["deny"],
        "settings": {
            "type": "object",
            "properties": {
                "</style><script>": { "description": long, "default": "{{ version }}{% raw %}" },
                "a": { "description": "\u{202e}evil\u{0}\u{1b}[31m\n<i>" },
            },
        },
        "denials": { "a": "&lt;script&gt; ' \" ` <!-- ]]> -->", "b": long },
    })
}

/// A page that tests whether it stays inert.
pub(super) fn page() -> String {
    page_of(&metadata())
}

#[test]
fn untrusted_text_is_escaped() {
    let Some(packages) = node_packages("report of a hostile policy") else { return };
    let text = check_inert(packages, &page());
    for words in [
        "<script src=\"https://example.com/a.js\">alert('x')</script>",
        "1\"><img src=x onerror=alert(1)>",
        "{{ version }}{% raw %}",
        "&lt;script&gt; ' \" ` <!-- ]]> -->",
        "evil [31m <i>",
        "userAttributes.\"><script>alert(1)</script>",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains(['\u{202e}', '\u{1b}', '\0']), "{text}");
}

/// Metadata that breaks the rules is not shown in part.
#[test]
fn unreadable_metadata_is_reported() {
    let mut metadata = metadata();
    metadata["description"] = "left\u{202e}right".into();
    let page = page_of(&metadata);
    assert!(page.contains("Invalid metadata:"), "{page}");
    assert!(page.contains("expected one printable line"), "{page}");
    assert!(!page.contains("example.com"), "{page}");
}
