//! The chapters of the languages, each from a new project to a decision by the function itself.
//! They need programs that are not on every machine.

use super::chapters::chapter;
use super::session::Session;
use admit_tests::{Answer, Lambda, event, fenced, is_there};
use serde_json::{Value, json};

/// Tries a chapter that leaves the folder `bundle`, with a policy that denies a plus sign.
fn check(name: &'static str, programs: &[&str]) {
    if !programs.iter().all(|program| is_there(&format!("docs/src/{name}"), program)) {
        return;
    }
    let session = Session::run(name, &fenced(&chapter(name)));
    let mut lambda = Lambda::start(&session.start_folder().join("bundle"));
    let mary = event("sign-up.json");
    assert_eq!(lambda.invoke(mary.as_str()), Answer::Response(mary.clone()));
    let with_plus = mary.replace("mary_major@", "mary+1@");
    assert_ne!(with_plus, mary);
    let Answer::Error(error) = lambda.invoke(with_plus) else { panic!("admitted") };
    let denied = json!({
        "errorMessage": "Please leave out the plus sign",
        "errorType": "SignUpDenied",
    });
    assert_eq!(serde_json::from_str::<Value>(&error).unwrap(), denied);
}

#[test]
fn typescript_and_javascript() {
    check("typescript.md", &["node", "npm"]);
}

#[test]
fn c() {
    check("c.md", &["clang", "wasm-ld", "gcc", "make"]);
}

/// Takes longer than all other chapters together: CPython is compiled for most commands.
#[test]
fn python() {
    if std::env::var_os("ADMIT_PYTHON").is_some() {
        check("python.md", &["python3"]);
    }
}
