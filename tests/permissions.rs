//! `admit bundle --iam`: the permissions that the function needs, as an IAM policy document.

use admit_tests::{admit, root, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::process::Output;

const LOOKUP: &str = "[lookup.same-email]\ndirectory = { by = \"userAttributes.email\" }\n";

/// A policy that is not built: its component does not exist.
fn policy(id: &str, verdicts: &str, lines: &str) -> String {
    format!(
        "[[policy]]\nid = \"{id}\"\ncomponent = \"nowhere\"\nreads = []\nverdicts = [{verdicts}]\n\
         {lines}\n"
    )
}

fn permissions(policies: &[String], args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("admit.toml");
    fs::write(&manifest, LOOKUP.to_owned() + &policies.concat()).unwrap();
    let mut command = admit();
    command.args(["bundle", "--iam", "--manifest"]).arg(&manifest).args(args);
    let output = command.output().unwrap();
    let written = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(written, 1, "it writes nothing");
    output
}

/// The actions of all statements, and their resources.
fn granted(output: &Output) -> Vec<(Value, Value)> {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    let document: Value = serde_json::from_str(&stdout(output)).unwrap();
    assert_eq!(document["Version"], "2012-10-17");
    let statements = document["Statement"].as_array().unwrap().iter();
    statements
        .map(|statement| {
            assert_eq!(statement["Effect"], "Allow");
            (statement["Action"].clone(), statement["Resource"].clone())
        })
        .collect()
}

#[test]
fn the_permissions_are_those_of_the_manifest() {
    let facts = "facts = { user = \"same-email\" }";
    let pools = "applies-to = { user-pools = [\"eu-west-1_AbCdEfGhI\"] }";
    let arn = json!(["arn:aws:cognito-idp:eu-west-1:*:userpool/eu-west-1_AbCdEfGhI"]);
    let search = json!(["cognito-idp:ListUsers"]);
    let link = json!(["cognito-idp:AdminLinkProviderForUser", "cognito-idp:ListIdentityProviders"]);

    let pure = policy("pure", "\"deny\"", "");
    let output = permissions(std::slice::from_ref(&pure), &[]);
    assert_eq!((granted(&output), stderr(&output)), (vec![], String::new()));

    let searches = policy("searches", "\"deny\"", &format!("{facts}\n{pools}"));
    let output = permissions(&[pure.clone(), searches], &[]);
    let expected = vec![(search.clone(), arn.clone())];
    assert_eq!((granted(&output), stderr(&output)), (expected, String::new()));

    let links = policy("links", "\"link\"", &format!("{facts}\n{pools}"));
    let output = permissions(&[pure, links], &[]);
    let expected = vec![(search, arn.clone()), (link, arn)];
    assert_eq!((granted(&output), stderr(&output)), (expected, String::new()));
}

#[test]
fn a_permission_for_every_pool_is_pointed_out() {
    let searches = policy("searches", "\"deny\"", "facts = { user = \"same-email\" }");
    let output = permissions(&[searches], &[]);
    assert_eq!(granted(&output)[0].1, json!(["arn:aws:cognito-idp:*:*:userpool/*"]));
    assert!(stderr(&output).starts_with("note: a policy that needs a permission does not name"));
}

#[test]
fn the_permissions_are_printed_and_nothing_else_is_done() {
    for args in [&["--zip", "function.zip"][..], &["-o", "bundle"], &["--check"]] {
        assert_eq!(permissions(&[], args).status.code(), Some(2), "{args:?}");
    }
    let mut command = admit();
    command.current_dir(root()).args(["bundle", "--iam", "--manifest", "plugins/admit.toml"]);
    assert_eq!(granted(&command.output().unwrap()), []);
}
