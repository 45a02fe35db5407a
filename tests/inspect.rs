//! `admit inspect`: what a component is, without running it.

use admit_tests::{admit, check_golden, component, root, stdout};

#[test]
fn a_policy_says_what_it_is() {
    let output = admit().arg("inspect").arg(component("puppet")).output().unwrap();
    let text: String = stdout(&output)
        .lines()
        .filter(|line| !line.starts_with("component ") && !line.starts_with("producers "))
        .map(|line| match line.split_once("sha256:") {
            Some((label, digits)) => format!("{label}sha256:{}\n", "…".repeat(digits.len() / 64)),
            None if line.starts_with("size ") => "size       … bytes\n".to_owned(),
            None => format!("{line}\n"),
        })
        .collect();
    check_golden("inspect-puppet.txt", &text);
}

#[test]
fn an_import_that_is_not_granted_is_marked() {
    let output = admit().arg("inspect").arg(component("wasi")).output().unwrap();
    let text = stdout(&output);
    assert!(text.contains("contract   none: it does not export"), "{text}");
    assert!(text.contains("imports    wasi:cli/environment@0.2.3 (not granted)\n"), "{text}");
}

#[test]
fn the_digest_is_that_of_the_file() {
    let component = component("wasi");
    let output = admit().arg("inspect").arg(&component).output().unwrap();
    let sum = std::process::Command::new("sha256sum").arg(&component).output().unwrap();
    let digest = stdout(&sum)[..64].to_owned();
    assert!(stdout(&output).contains(&format!("digest     sha256:{digest}\n")));
}

#[test]
fn what_is_no_component_is_said_so() {
    for (path, said) in [
        ("Cargo.toml", "error: `Cargo.toml`: not a WebAssembly component\n"),
        ("nowhere.wasm", "error: no component at `nowhere.wasm`: "),
        ("wit", "error: `wit` is no policy project: it has no Cargo.toml\n"),
    ] {
        let output = admit().arg("inspect").arg(path).current_dir(root()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let error = admit_tests::stderr(&output);
        assert!(error.starts_with(said), "{error}");
    }
}
