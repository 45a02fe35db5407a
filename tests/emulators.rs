//! The function with other people's software around it: emulators of Cognito and Lambda, and
//! the SDKs that people sign up with.

use admit_tests::{
    Bundle, CognitoLocal, FunctionZip, InvokeApi, Lambda, MiniStack, Served, event, invoke_by_sdk,
    node_packages, python_packages, root, sample_manifest,
};
use serde_json::{Value, json};

/// Confirms at a domain, and verifies only who is confirmed.
const POLICIES: &str = r#"
[[policy]]
id = "email-domain"
component = "email-domain"
reads = ["userAttributes.email", "userAttributes.custom:domain"]
verdicts = ["confirm"]

[[policy]]
id = "verify-contact"
component = "verify-contact"
reads = ["userAttributes.email", "userAttributes.phone_number"]
verdicts = ["verify-email", "verify-phone"]
"#;

/// Denies a short name, and who has no invitation.
const CONDITIONS: &str = r#"
[[policy]]
id = "minimum-username-length"
component = "minimum-username-length"
reads = ["userName"]
verdicts = ["deny"]
settings = { characters = 5 }

[[policy]]
id = "invitation-code"
component = "invitation-code"
reads = ["clientMetadata.invitation-code"]
verdicts = ["deny"]
settings = { sha256 = ["d7ecdf25eaf3deba0f2628771dbdd22d4138ab6cf38f91ed02a2ca0dec7c8ab7"] }
"#;

/// Denies a domain and a provider, and trusts what other providers say of a person.
const PROVIDERS: &str = r#"
[[policy]]
id = "blocked-email-domains"
component = "blocked-email-domains"
reads = ["userAttributes.email"]
verdicts = ["deny"]
settings = { domains = ["spam.example"] }

[[policy]]
id = "identity-providers"
component = "identity-providers"
reads = ["userName"]
verdicts = ["deny"]
settings = { providers = ["Corp"] }

[[policy]]
id = "trust-providers"
component = "verify-contact"
reads = ["userAttributes.email"]
verdicts = ["confirm", "verify-email"]
applies-to = { triggers = ["PreSignUp_ExternalProvider"] }
"#;

fn manifest(policies: &[&str]) -> String {
    let plugins = format!("component = \"{}/", root().join("plugins").display());
    policies.concat().replace("component = \"", &plugins)
}

/// A sign-up with an email address, a phone number and a domain at which it is confirmed.
fn person(name: &str, email: &str) -> Value {
    json!({
        "Username": name,
        "UserAttributes": [
            { "Name": "email", "Value": email },
            { "Name": "phone_number", "Value": "+12065550100" },
            { "Name": "custom:domain", "Value": "example.com" },
        ],
    })
}

/// A user's state, and which of the attributes are verified.
fn state(outcome: &Value) -> (&Value, bool, bool) {
    let user = &outcome["user"];
    let verified = |attribute: &str| user["attributes"][attribute] == "true";
    (&user["status"], verified("email_verified"), verified("phone_number_verified"))
}

/// The error that the SDK throws for a denial.
fn denial(message: &str) -> Value {
    json!({
        "error": {
            "name": "UserLambdaValidationException",
            "message": format!("PreSignUp failed with error {message}."),
            "status": 400,
        },
        "user": null,
    })
}

#[test]
fn a_sign_up_through_the_sdk_ends_as_the_policies_say() {
    let test = "a_sign_up_through_the_sdk_ends_as_the_policies_say";
    let Some(packages) = node_packages(test) else { return };
    let bundle = Bundle::with(&manifest(&[POLICIES, CONDITIONS]));
    let function = InvokeApi::start(Lambda::start(&bundle.path()));
    let cognito = CognitoLocal::start(packages, &function.url());
    let invited = |name, email| {
        let mut person = person(name, email);
        person["ClientMetadata"] = json!({ "invitation-code": "open-sesame" });
        person
    };
    let outcomes = cognito.sign_up(&json!([
        invited("mary_major", "mary_major@example.com"),
        invited("jane_roe", "jane_roe@example.org"),
        invited("rroe", "rroe@example.com"),
        person("john_stiles", "john_stiles@example.com"),
    ]));
    assert_eq!(outcomes[0]["confirmed"], true, "{outcomes}");
    assert_eq!(state(&outcomes[0]), (&json!("CONFIRMED"), true, true));
    assert_eq!(outcomes[1]["confirmed"], false, "{outcomes}");
    assert_eq!(state(&outcomes[1]), (&json!("UNCONFIRMED"), false, false));
    let too_short = "Cannot register users with username less than the minimum length of 5";
    assert_eq!(outcomes[2], denial(too_short));
    assert_eq!(outcomes[3], denial("An invitation code is required to sign up"));
}

#[test]
fn a_policy_that_hangs_denies_in_time() {
    let Some(packages) = node_packages("a_policy_that_hangs_denies_in_time") else { return };
    let bundle = Bundle::with(
        "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = []\nverdicts = [\"confirm\"]\n\
         limits = { fuel = 10_000_000_000, time = \"100ms\" }\n\
         settings = { spin = 1_000_000_000_000 }\n",
    );
    let function = InvokeApi::start(Lambda::start(&bundle.path()));
    let cognito = CognitoLocal::start(packages, &function.url());
    let outcomes = cognito.sign_up(&json!([person("mary_major", "mary_major@example.com")]));
    check_is_local(&cognito.listens_on());
    // After five seconds the message would be Lambda's.
    let public = "The sign-up could not be checked, please try again later";
    assert_eq!(outcomes[0], denial(public));
    assert_eq!(function.decision_line()["policies"][0]["kind"], "deadline");
}

#[test]
fn cognito_local_invokes_admit_serve() {
    let test = "cognito_local_invokes_admit_serve";
    let Some(packages) = node_packages(test) else { return };
    let served = Served::start(&sample_manifest());
    let cognito = CognitoLocal::start(packages, &served.url());
    let outcomes = cognito.sign_up(&json!([
        person("mary_major", "mary_major@example.com"),
        person("rroe", "rroe@example.com"),
    ]));
    assert_eq!(state(&outcomes[0]), (&json!("CONFIRMED"), true, true));
    let too_short = "Cannot register users with username less than the minimum length of 5";
    assert_eq!(outcomes[1], denial(too_short));
}

#[test]
fn the_python_sdk_invokes_admit_serve() {
    let Some(packages) = python_packages("the_python_sdk_invokes_admit_serve") else { return };
    let served = Served::start(&sample_manifest());
    let invoke = |name: &str| invoke_by_sdk(packages, &served.url(), &event(name));
    let all = event("sign-up.json").replace("false", "true");
    assert_eq!(
        invoke("sign-up.json"),
        json!({ "status": 200, "error": null, "version": "$LATEST", "payload": all })
    );
    let denied = invoke("sign-up-short-name.json");
    assert_eq!(denied["error"], "Unhandled", "{denied}");
    assert!(denied["payload"].as_str().unwrap().contains("SignUpDenied"), "{denied}");
}

#[test]
fn the_deployed_zip_decides_over_sign_ups_and_federated_sign_ins() {
    let test = "the_deployed_zip_decides_over_sign_ups_and_federated_sign_ins";
    let Some(packages) = python_packages(test) else { return };
    let zip = FunctionZip::with(&manifest(&[POLICIES, PROVIDERS]));
    let claims = |sub, email| json!({ "sub": sub, "email": email });
    let ministack = MiniStack::start(packages);
    let result = ministack.deploy(
        &zip.path(),
        &json!([
            person("mary_major", "mary_major@example.com"),
            person("jane_roe", "jane_roe@example.org"),
            person("spammer", "spammer@spam.example"),
        ]),
        &json!([
            { "provider": "Corp", "claims": claims("123", "john_stiles@example.com") },
            { "provider": "Other", "claims": claims("123", "john_stiles@example.com") },
        ]),
    );
    check_is_local(&ministack.listens_on());
    let outcomes = &result["outcomes"];
    assert_eq!(outcomes[0]["confirmed"], true, "{outcomes}");
    assert_eq!(state(&outcomes[0]), (&json!("CONFIRMED"), true, true));
    assert_eq!(outcomes[1]["confirmed"], false, "{outcomes}");
    assert_eq!(state(&outcomes[1]), (&json!("UNCONFIRMED"), false, false));
    assert_eq!(outcomes[3]["reached"], "/app", "{outcomes}");
    assert_eq!(state(&outcomes[3]), (&json!("EXTERNAL_PROVIDER"), true, false));
    // Its words are not Cognito's: nothing can be said of the message here.
    let denied = json!({ "error": "UserLambdaValidationException", "user": null });
    assert_eq!((&outcomes[2], &outcomes[4]), (&denied, &denied));

    let records = result["records"].as_array().unwrap();
    let decisions = records.iter().filter(|record| record["type"] == "decision");
    let decisions: Vec<Value> = decisions
        .map(|line| json!([line["triggerSource"], line["answer"], line["deniedBy"]]))
        .collect();
    let [sign_up, external] = ["PreSignUp_SignUp", "PreSignUp_ExternalProvider"];
    assert_eq!(
        decisions,
        [
            json!([sign_up, "admit", null]),
            json!([sign_up, "admit", null]),
            json!([sign_up, "deny", "blocked-email-domains"]),
            json!([external, "admit", null]),
            json!([external, "deny", "identity-providers"]),
        ]
    );
}

/// A server of a test is for this machine alone.
fn check_is_local(listens_on: &[(String, bool)]) {
    assert!(!listens_on.is_empty(), "it listens nowhere");
    assert!(listens_on.iter().all(|(_, is_local)| *is_local), "{listens_on:?}");
}
