//! A person with one account: the deployed function finds the user with the same verified address
//! and links the identity, in MiniStack.

use admit_tests::{FunctionZip, MiniStack, bootstrap, network_bootstrap, python_packages, root};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Links by email, and confirms nothing.
fn manifest() -> String {
    let component = root().join("plugins/link-by-email");
    format!(
        "[lookup.same-email]\n\
         directory = {{ by = \"userAttributes.email\" }}\n\
         reads = [\"status\", \"enabled\", \"email\", \"email_verified\", \"identities\"]\n\
         timeout = \"1s\"\n\
         [[policy]]\n\
         id = \"link-by-email\"\n\
         component = {component:?}\n\
         reads = [\"userAttributes.email\", \"userAttributes.email_verified\"]\n\
         facts = {{ user = \"same-email\" }}\n\
         verdicts = [\"link\", \"deny\"]\n"
    )
}

fn user(name: &str, email: &str) -> Value {
    let attributes = json!([
        { "Name": "email", "Value": email },
        { "Name": "email_verified", "Value": "true" },
    ]);
    json!({ "Username": name, "UserAttributes": attributes })
}

fn sign_in(id: &str, email: &str, is_verified: bool) -> Value {
    let claims = json!({ "sub": id, "email": email, "email_verified": is_verified.to_string() });
    json!({ "provider": "Corp", "claims": claims })
}

/// What the function finds in its environment.
fn variables(endpoint: &str) -> Value {
    json!({
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    })
}

/// The records of the decisions, each of which conforms to the schema.
fn decisions(result: &Value) -> Vec<&Value> {
    let schema = fs::read(root().join("schemas/decision.schema.json")).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let records = result["records"].as_array().unwrap();
    let decisions: Vec<&Value> =
        records.iter().filter(|record| record["type"] == "decision").collect();
    for decision in &decisions {
        let errors: Vec<String> =
            validator.iter_errors(decision).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {decision}");
    }
    decisions
}

/// A manifest without look-ups gets a bootstrap that cannot reach the network.
#[test]
fn the_bootstrap_without_look_ups_has_no_network_client() {
    let contains = |path: &Path, text: &str| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    for text in ["admit-network-client", "cognito-idp", "X-Amz-Target", "AWS4-HMAC-SHA256"] {
        assert!(!contains(&bootstrap(), text), "{text}");
    }
    assert!(contains(&network_bootstrap(), "admit-network-client"));
    assert!(contains(&network_bootstrap(), "cognito-idp"));
}

#[test]
fn a_federated_sign_in_becomes_the_user_with_the_same_verified_address() {
    let test = "a_federated_sign_in_becomes_the_user_with_the_same_verified_address";
    let Some(packages) = python_packages(test) else { return };
    let zip = FunctionZip::with_network(&manifest());
    let ministack = MiniStack::start(packages);
    let result = ministack.deploy_with(
        &zip.path(),
        json!({
            "users": [user("mary", "mary@example.com"), user("jane", "jane@example.com")],
            "signUps": [],
            "signIns": [
                sign_in("12_34", "mary@example.com", true),
                sign_in("56", "jane@example.com", false),
            ],
            "variables": variables(ministack.url()),
        }),
    );
    let decisions = decisions(&result);
    assert_eq!(decisions.len(), 2, "{result}");
    assert_eq!(decisions[0]["link"]["outcome"], "linked", "{result}");
    assert_eq!(decisions[0]["lookups"][0]["lookup"], "same-email");
    assert!(decisions[1]["link"].is_null(), "{result}");

    let identities = |name: &str| {
        let users = result["users"].as_array().unwrap();
        let user = users.iter().find(|user| user["name"] == name).unwrap();
        user["attributes"]["identities"].as_str().unwrap_or("").to_owned()
    };
    assert!(identities("mary").contains("\"12_34\""), "{result}");
    assert_eq!(identities("jane"), "", "{result}");
    // The record has nothing of the person.
    let records = result["records"].to_string();
    assert!(!records.contains("mary") && !records.contains("12_34"), "{records}");
}

#[test]
fn a_look_up_that_fails_denies_and_the_log_has_the_cause() {
    let test = "a_look_up_that_fails_denies_and_the_log_has_the_cause";
    let Some(packages) = python_packages(test) else { return };
    let zip = FunctionZip::with_network(&manifest());
    let ministack = MiniStack::start(packages);
    // Nothing listens there.
    let mut unreachable = variables("http://127.0.0.1:1");
    unreachable["ADMIT_EVENTS"] = "all".into();
    let result = ministack.deploy_with(
        &zip.path(),
        json!({
            "users": [user("mary", "mary@example.com")],
            "signUps": [],
            "signIns": [sign_in("1", "mary@example.com", true)],
            "variables": unreachable,
        }),
    );
    assert_eq!(result["outcomes"][0]["error"], "UserLambdaValidationException", "{result}");
    let decisions = decisions(&result);
    assert_eq!(
        (&decisions[0]["answer"], &decisions[0]["grounds"]),
        (&json!("deny"), &json!("failure"))
    );
    assert_eq!(decisions[0]["lookups"][0]["error"], "unavailable");
    let records = result["records"].as_array().unwrap();
    let failed = records.iter().find(|record| record["type"] == "lookup-failed").unwrap();
    assert_eq!(failed["lookup"], "same-email", "{failed}");
    assert!(failed["reason"].as_str().unwrap().contains("Connection refused"), "{failed}");
    let stored = records.iter().find(|record| record["type"] == "stored-event").unwrap();
    assert_eq!(stored["facts"], json!({ "same-email": { "error": "unavailable" } }), "{stored}");
}
