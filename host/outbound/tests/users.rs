//! Searching for users, and the lists that come in pages.

use crate::clients::{EMAIL, by_email, client, client_with, later, mary, names, runtime};
use crate::server::{Request, Server, user, users};
use admit_outbound::{CallError, Identity, Options, Searchable, UserPage, UserQuery};
use serde_json::{Value, json};

fn search(server: &Server, query: &UserQuery<'_>) -> Result<UserPage, CallError> {
    runtime().block_on(client(server).list_users(query, later()))
}

#[test]
fn a_request_is_as_documented() {
    let server = Server::answering(|_| (200, mary()));
    search(&server, &by_email(2)).unwrap();
    let [request] = server.requests().try_into().unwrap();
    assert_eq!(
        request.input,
        json!({
            "UserPoolId": "eu-west-1_Pool",
            "Filter": "email = \"mary_major@example.com\"",
            "Limit": 3,
        })
    );
    let head = request.head.to_ascii_lowercase();
    for part in [
        "post / http/1.1\r\n".to_owned(),
        format!("host: 127.0.0.1:{}\r\n", server.port()),
        "x-amz-target: awscognitoidentityproviderservice.listusers\r\n".to_owned(),
        "content-type: application/x-amz-json-1.1\r\n".to_owned(),
        "x-amz-security-token: a-token\r\n".to_owned(),
        "authorization: aws4-hmac-sha256 credential=akidexample/".to_owned(),
        "/eu-west-1/cognito-idp/aws4_request".to_owned(),
        "signedheaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target".to_owned(),
    ] {
        assert!(head.contains(&part), "no {part} in {head}");
    }
    assert!(!head.contains("a-secret"));
}

#[test]
fn a_user_has_what_is_asked_for() {
    let identities = json!([{
        "userId": "1234", "providerName": "Google", "providerType": "Google",
        "issuer": null, "primary": false, "dateCreated": 1_586_000_000_000_u64,
    }]);
    let answer = users(&[user("mary", EMAIL, &identities)]);
    let server = Server::answering(move |_| (200, answer.clone()));
    let page = search(&server, &by_email(2)).unwrap();
    let [mary] = page.users.try_into().unwrap();
    assert_eq!(
        (mary.user_name.as_str(), mary.status.as_str(), mary.enabled),
        ("mary", "CONFIRMED", true)
    );
    assert_eq!(mary.attributes, [("email_verified".to_owned(), "true".to_owned())]);
    let identity = Identity {
        provider_name: "Google".to_owned(),
        user_id: "1234".to_owned(),
        provider_type: "Google".to_owned(),
        primary: false,
    };
    assert_eq!(mary.identities, [identity]);

    let page = search(&server, &UserQuery { attributes: &[], ..by_email(2) }).unwrap();
    let [mary] = page.users.try_into().unwrap();
    assert_eq!((mary.attributes, mary.identities), (vec![], vec![]));
}

/// The users on a page of this list, and the token of the next page.
fn page(all: &[Value], request: &Request) -> Value {
    let token = request.input["PaginationToken"].as_str().map_or(0, |token| token.parse().unwrap());
    let limit = usize::try_from(request.input["Limit"].as_u64().unwrap()).unwrap();
    // Cognito may put fewer on a page, or none.
    let end = (token + limit.min(2)).min(all.len());
    let mut page = users(&all[token..end]);
    if end < all.len() {
        page["PaginationToken"] = end.to_string().into();
    }
    page
}

#[test]
fn pages_are_read_up_to_the_bound() {
    let all: Vec<Value> =
        ["a", "b", "c", "d", "e"].iter().map(|name| user(name, EMAIL, &json!(null))).collect();
    let server = Server::answering(move |request| (200, page(&all, request)));
    for (max_users, found, has_more) in [
        (0, &[][..], true),
        (1, &["a"][..], true),
        (4, &["a", "b", "c", "d"], true),
        (5, &["a", "b", "c", "d", "e"], false),
        (1000, &["a", "b", "c", "d", "e"], false),
    ] {
        let page = search(&server, &by_email(max_users)).unwrap();
        assert_eq!((names(&page), page.has_more), (found.to_vec(), has_more), "{max_users}");
    }
}

#[test]
fn a_list_without_an_end_may_have_more() {
    let server = Server::answering(|_| {
        let mut page = users(&[]);
        page["PaginationToken"] = "next".into();
        (200, page)
    });
    let options = Options { max_pages: 3, ..Options::default() };
    let page = runtime().block_on(client_with(&server, options).list_users(&by_email(2), later()));
    assert_eq!(page, Ok(UserPage { users: Vec::new(), has_more: true }));
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_user_that_does_not_match_is_malformed() {
    for (name, email) in
        [("mary", "jane@example.com"), ("mary", ""), ("mary", "mary_major@example.com ")]
    {
        let answer = users(&[user("jane", EMAIL, &json!(null)), user(name, email, &json!(null))]);
        let server = Server::answering(move |_| (200, answer.clone()));
        let result = search(&server, &by_email(2));
        assert!(matches!(result, Err(CallError::Malformed(_))), "{result:?}");
    }
    let answer = users(&[user("Mary", "MARY_Major@Example.com", &json!(null))]);
    let server = Server::answering(move |_| (200, answer.clone()));
    assert_eq!(names(&search(&server, &by_email(2)).unwrap()), ["Mary"]);
    let by_name = |value| UserQuery { by: Searchable::UserName, value, ..by_email(2) };
    assert_eq!(names(&search(&server, &by_name("mary")).unwrap()), ["Mary"]);
    assert!(matches!(search(&server, &by_name("jane")), Err(CallError::Malformed(_))));
}

#[test]
fn an_empty_value_is_not_sent() {
    let server = Server::answering(|_| (200, mary()));
    let result = search(&server, &UserQuery { value: "", ..by_email(2) });
    assert!(matches!(result, Err(CallError::Rejected(_))), "{result:?}");
    assert_eq!(server.connections(), 0);
}

#[test]
fn identity_providers_are_listed_and_remembered() {
    let server = Server::answering(|request| {
        let provider = |name| json!({ "ProviderName": name, "ProviderType": "OIDC" });
        let page = match request.input["NextToken"].as_str() {
            None => json!({ "Providers": [provider("Google")], "NextToken": "2" }),
            _ => json!({ "Providers": [provider("Okta")] }),
        };
        (200, page)
    });
    let client = client(&server);
    runtime().block_on(async {
        let all = client.list_identity_providers("eu-west-1_Pool", later()).await.unwrap();
        assert_eq!(all, ["Google", "Okta"]);
        let mut requests = server.requests().len();
        for (name, found, more) in [
            ("okta", Some("Okta"), 2),
            ("Google", Some("Google"), 0),
            ("google", Some("Google"), 0),
            ("new", None, 2),
        ] {
            let name = client.provider_name("eu-west-1_Pool", name, later()).await.unwrap();
            assert_eq!(name.as_deref(), found);
            assert_eq!(server.requests().len(), requests + more);
            requests += more;
        }
    });
    let requests = server.requests();
    assert_eq!(requests[0].input, json!({ "UserPoolId": "eu-west-1_Pool", "MaxResults": 60 }));
}

#[test]
fn providers_without_an_end_are_too_many() {
    let server = Server::answering(|_| (200, json!({ "Providers": [], "NextToken": "next" })));
    let result = runtime().block_on(client(&server).list_identity_providers("pool", later()));
    assert_eq!(result, Err(CallError::TooLarge));
}
