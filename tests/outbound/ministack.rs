//! MiniStack, which links identities.

use super::{check_is_local, client, deadline, names, person, query, runtime};
use admit_outbound::{Credentials, Link, LinkError, Linked, Searchable};
use admit_tests::{MiniStack, python_packages};
use serde_json::json;

#[test]
fn an_identity_is_linked_to_one_user() {
    let test = "an_identity_is_linked_to_one_user";
    let Some(packages) = python_packages(test) else { return };
    let ministack = MiniStack::start(packages);
    check_is_local(&ministack.listens_on());
    let set_up = ministack.set_up_pool(&json!({
        "users": [person("mary", "mary@example.com"), person("jane", "jane@example.com")],
        "providers": ["Google"],
    }));
    let pool = set_up["pool"].as_str().unwrap();
    let client = client(ministack.url(), Credentials::new("local", "local", None));
    let link = |user_name, provider_user_id| Link {
        user_pool_id: pool,
        user_name,
        provider_name: "Google",
        provider_user_id,
    };
    runtime().block_on(async {
        let name = client.provider_name(pool, "google", deadline()).await;
        assert_eq!(name, Ok(Some("Google".to_owned())));

        let first = link("mary", "1_234");
        assert_eq!(client.link(&first, deadline()).await, Ok(Linked::Now));
        // Other than Cognito, it accepts a second link to the same user.
        client.link(&first, deadline()).await.unwrap();
        let found = query(pool, Searchable::Email, "mary@example.com");
        let page = client.list_users(&found, deadline()).await.unwrap();
        assert_eq!(names(&page), ["mary"]);
        let [identity] = page.users[0].identities.as_slice() else { panic!("{page:?}") };
        assert_eq!(
            (identity.provider_name.as_str(), identity.user_id.as_str(), identity.primary),
            ("Google", "1_234", false)
        );

        let to_another = client.link(&link("jane", "1_234"), deadline()).await;
        assert_eq!(to_another, Err(LinkError::LinkedToAnotherUser));
        let to_none = client.link(&link("john", "5"), deadline()).await;
        assert_eq!(to_none, Err(LinkError::UserNotFound));
        for id in ["2", "3", "4", "5"] {
            assert_eq!(client.link(&link("mary", id), deadline()).await, Ok(Linked::Now));
        }
        let sixth = client.link(&link("mary", "6"), deadline()).await;
        assert_eq!(sixth, Err(LinkError::TooManyIdentities));
    });
}
