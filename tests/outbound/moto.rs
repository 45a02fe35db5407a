//! moto, which checks signatures, permissions and filters.

use super::{check_is_local, client, deadline, names, person, query, runtime};
use admit_outbound::{CallError, Credentials, Searchable};
use admit_tests::{Moto, python_packages};
use serde_json::{Value, json};

fn credentials(keys: &Value) -> Credentials {
    let key = |name: &str| keys[name].as_str().unwrap();
    let token = key("SessionToken");
    Credentials::new(key("AccessKeyId"), key("SecretAccessKey"), Some(token))
}

fn is_denied<T>(result: &Result<T, CallError>) -> bool {
    matches!(result, Err(CallError::AccessDenied(_)))
}

#[test]
fn signatures_and_permissions_are_accepted() {
    let test = "signatures_and_permissions_are_accepted";
    let Some(packages) = python_packages(test) else { return };
    let moto = Moto::start(packages);
    check_is_local(&moto.listens_on());
    let set_up = moto.set_up_pool(&json!({
        "users": [person("mary", "mary@example.com")],
        "providers": ["Google"],
        "principals": {
            "both": ["cognito-idp:ListUsers", "cognito-idp:ListIdentityProviders"],
            "users": ["cognito-idp:ListUsers"],
            "none": ["cognito-idp:DescribeUserPool"],
        },
    }));
    let pool = set_up["pool"].as_str().unwrap();
    let mary = query(pool, Searchable::Email, "mary@example.com");
    let keys = |name: &str| &set_up["principals"][name];
    let url = moto.url();
    runtime().block_on(async {
        for (name, may_list_users, may_list_providers) in
            [("both", true, true), ("users", true, false), ("none", false, false)]
        {
            let client = client(url, credentials(keys(name)));
            let users = client.list_users(&mary, deadline()).await;
            let providers = client.list_identity_providers(pool, deadline()).await;
            assert_eq!(users.as_ref().ok().map(names), may_list_users.then_some(vec!["mary"]));
            assert_eq!(is_denied(&users), !may_list_users, "{name}: {users:?}");
            assert_eq!(is_denied(&providers), !may_list_providers, "{name}: {providers:?}");
            if may_list_providers {
                assert_eq!(providers.unwrap(), ["Google"]);
            }
        }
        // Keys that are wrong in one part, and keys of another service.
        let both = keys("both");
        for (part, value) in [
            ("AccessKeyId", "ASIAAAAAAAAAAAAAAAAA"),
            ("SecretAccessKey", "a-secret"),
            ("SessionToken", "a-token"),
        ] {
            let mut wrong = both.clone();
            wrong[part] = value.into();
            let users = client(url, credentials(&wrong)).list_users(&mary, deadline()).await;
            assert!(is_denied(&users), "{part}: {users:?}");
        }
    });
}

#[test]
fn a_filter_finds_the_user_with_the_value_alone() {
    let test = "a_filter_finds_the_user_with_the_value_alone";
    let Some(packages) = python_packages(test) else { return };
    let moto = Moto::start(packages);
    let set_up = moto.set_up_pool(&json!({
        "users": [person("mary", "mary@example.com"), person("jane", "jane@example.com")],
        "providers": [],
        "principals": { "all": ["cognito-idp:*"] },
    }));
    let pool = set_up["pool"].as_str().unwrap();
    let client = client(moto.url(), credentials(&set_up["principals"]["all"]));
    runtime().block_on(async {
        for (by, value, found) in [
            (Searchable::Email, "mary@example.com", &["mary"][..]),
            (Searchable::UserName, "jane", &["jane"]),
            (Searchable::Email, "mary", &[]),
            (Searchable::Email, "*", &[]),
            (Searchable::Email, "\" or email ^= \"", &[]),
            (Searchable::Email, "mary@example.com\" or username = \"jane", &[]),
            (Searchable::Email, "\\", &[]),
            (Searchable::Email, "\\\"", &[]),
            (Searchable::UserName, "mary\\", &[]),
        ] {
            let page = client.list_users(&query(pool, by, value), deadline()).await;
            assert_eq!(page.as_ref().ok().map(names), Some(found.to_vec()), "{value}: {page:?}");
        }
        let page = client.list_users(&query(pool, Searchable::UserName, "mary"), deadline()).await;
        let [mary] = page.unwrap().users.try_into().unwrap();
        let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert!(mary.enabled);
        assert_eq!(mary.status, "FORCE_CHANGE_PASSWORD");
        assert_eq!(
            mary.attributes,
            [attribute("email", "mary@example.com"), attribute("email_verified", "true")]
        );
        let no_pool = query("us-east-1_none", Searchable::Sub, "1");
        let other = client.list_users(&no_pool, deadline()).await;
        assert!(matches!(other, Err(CallError::Rejected(_))), "{other:?}");
    });
}
