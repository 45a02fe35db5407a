//! Linking an identity to a user.

use crate::clients::{client, later, runtime, soon};
use crate::server::{Conversation, Server, error, user, users};
use admit_outbound::{Link, LinkError, Linked, UserPoolClient};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

const LINK: Link<'static> = Link {
    user_pool_id: "eu-west-1_Pool",
    user_name: "mary_major",
    provider_name: "Google",
    provider_user_id: "12_34567",
};

const LINK_OPERATION: &str = "AdminLinkProviderForUser";

fn link(client: &UserPoolClient) -> Result<Linked, LinkError> {
    runtime().block_on(client.link(&LINK, later()))
}

fn identity(provider: &str, id: &str) -> Value {
    json!({ "userId": id, "providerName": provider, "providerType": provider, "primary": false })
}

/// The answer of ListUsers with the user and these identities.
fn mary(identities: &[Value]) -> Value {
    users(&[user("mary_major", "mary_major@example.com", &json!(identities))])
}

/// A server that answers the request for a link so, and then lists these users.
fn server(status: u16, answer: Value, listed: Value) -> Server {
    Server::answering(move |request| {
        if request.operation == LINK_OPERATION {
            (status, answer.clone())
        } else {
            (200, listed.clone())
        }
    })
}

/// The result where Cognito refuses with this error, and then lists these users.
fn refused(kind: &str, message: &str, listed: Value) -> Result<Linked, LinkError> {
    link(&client(&server(400, error(kind, message), listed)))
}

#[test]
fn a_request_is_as_documented() {
    let server = server(200, json!({}), Value::Null);
    assert_eq!(link(&client(&server)), Ok(Linked::Now));
    let [request] = server.requests().try_into().unwrap();
    assert_eq!(request.operation, LINK_OPERATION);
    assert_eq!(
        request.input,
        json!({
            "UserPoolId": "eu-west-1_Pool",
            "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "mary_major" },
            "SourceUser": {
                "ProviderName": "Google",
                "ProviderAttributeName": "Cognito_Subject",
                "ProviderAttributeValue": "12_34567",
            },
        })
    );
}

/// Cognito has had several errors for it, in these words.
#[test]
fn a_link_that_exists_is_a_success() {
    for (kind, message) in [
        ("InvalidParameterException", "SourceUser is already linked to DestinationUser"),
        (
            "InvalidParameterException",
            "Invalid SourceUser: Cognito users with a username/password may not be passed in as a \
             SourceUser, only as a DestinationUser",
        ),
        ("AliasExistsException", "Already found an entry for username Google_12_34567"),
        ("LimitExceededException", ""),
        ("InternalErrorException", ""),
    ] {
        let listed = mary(&[identity("Facebook", "1"), identity("Google", "12_34567")]);
        assert_eq!(refused(kind, message, listed), Ok(Linked::Already), "{kind}: {message}");
    }
}

#[test]
fn each_refusal_has_its_meaning() {
    let invalid = "InvalidParameterException";
    let others = || mary(&[identity("Google", "7"), identity("Facebook", "12_34567")]);
    let five: Vec<Value> = (0..5).map(|id| identity("Okta", &id.to_string())).collect();
    let linked = "SourceUser is already linked to DestinationUser";
    let merging = "Merging is not currently supported, provide a SourceUser that has not been signed \
                   up in order to link";
    for (kind, message, listed, meaning) in [
        (invalid, linked, others(), LinkError::LinkedToAnotherUser),
        ("AliasExistsException", "", others(), LinkError::LinkedToAnotherUser),
        (invalid, merging, others(), LinkError::IdentityIsUser),
        (invalid, "", mary(&five), LinkError::TooManyIdentities),
        ("LimitExceededException", "", others(), LinkError::TooManyIdentities),
        ("UserNotFoundException", "User does not exist.", users(&[]), LinkError::UserNotFound),
        (invalid, "", users(&[]), LinkError::UserNotFound),
        ("TooManyRequestsException", "", others(), LinkError::Throttled),
    ] {
        assert_eq!(refused(kind, message, listed), Err(meaning), "{kind}: {message}");
    }
}

#[test]
fn another_reason_is_told_without_personal_values() {
    let result = refused(
        "InvalidParameterException",
        "User mary_major of mary_major@example.com: Google_12_34567 has an immutable attribute",
        mary(&[]),
    );
    let reason = "rejected: InvalidParameterException: User [removed] of [removed] Google_[removed] has an \
                  immutable attribute";
    assert_eq!(result, Err(LinkError::Other(reason.to_owned())));
    let result = refused("NotAuthorizedException", "mary_major: no", mary(&[]));
    let reason = "NotAuthorizedException: [removed]: no";
    assert_eq!(result, Err(LinkError::AccessDenied(reason.to_owned())));
}

#[test]
fn a_refusal_of_access_or_rate_is_not_looked_into() {
    for kind in ["AccessDeniedException", "TooManyRequestsException"] {
        let server = server(400, error(kind, ""), mary(&[]));
        link(&client(&server)).unwrap_err();
        assert_eq!(server.operations(), [LINK_OPERATION]);
    }
}

/// A server that links but loses the first answers to the request for it.
fn losing(answers: usize, listed: impl Fn() -> Value + Send + Sync + 'static) -> Server {
    let lost = AtomicUsize::new(0);
    Server::start(move |conversation: &mut Conversation| {
        while let Some(request) = conversation.request() {
            if request.operation != LINK_OPERATION {
                conversation.answer(200, &listed());
            } else if lost.fetch_add(1, Ordering::Relaxed) < answers {
                return;
            } else {
                conversation.answer(200, &json!({}));
            }
        }
    })
}

#[test]
fn a_lost_answer_is_looked_into_before_anything_is_repeated() {
    let server = losing(1, || mary(&[identity("Google", "12_34567")]));
    assert_eq!(link(&client(&server)), Ok(Linked::Already));
    assert_eq!(server.operations(), [LINK_OPERATION, "ListUsers"]);

    let server = losing(1, || mary(&[]));
    assert_eq!(link(&client(&server)), Ok(Linked::Now));
    assert_eq!(server.operations(), [LINK_OPERATION, "ListUsers", LINK_OPERATION]);

    let server = losing(1, || users(&[]));
    assert_eq!(link(&client(&server)), Err(LinkError::UserNotFound));
    assert_eq!(server.operations(), [LINK_OPERATION, "ListUsers"]);

    let server = losing(9, || mary(&[]));
    let result = link(&client(&server));
    assert!(matches!(result, Err(LinkError::Unavailable(_))), "{result:?}");
    assert_eq!(server.operations(), [LINK_OPERATION, "ListUsers", LINK_OPERATION]);
}

#[test]
fn an_unknown_state_is_told() {
    let server = Server::start(|conversation| {
        while let Some(request) = conversation.request() {
            if request.operation == LINK_OPERATION {
                return;
            }
            conversation.answer(400, &error("AccessDeniedException", ""));
        }
    });
    let error = link(&client(&server)).unwrap_err();
    assert!(matches!(error, LinkError::Unavailable(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("it is unknown whether the identity is linked: access denied"), "{text}");
}

#[test]
fn a_link_has_a_deadline() {
    let server = Server::start(|conversation| {
        conversation.request();
        conversation.wait_for_end();
    });
    let result = runtime().block_on(client(&server).link(&LINK, soon()));
    assert_eq!(result, Err(LinkError::Timeout));
    // It is not repeated, nor looked into after the deadline.
    assert!(server.requests().len() <= 1);
}

/// As after a process was frozen: the request is known not to have been sent, or is looked into.
#[test]
fn a_closed_kept_connection_does_not_fail_a_link() {
    let server = Server::start(|conversation| {
        if let Some(request) = conversation.request() {
            let is_link = request.operation == LINK_OPERATION;
            let answer = if is_link { json!({}) } else { mary(&[]) };
            conversation.answer(200, &answer);
        }
    });
    let client = client(&server);
    runtime().block_on(async {
        let query = crate::clients::by_email(2);
        let query = admit_outbound::UserQuery { value: "mary_major@example.com", ..query };
        client.list_users(&query, later()).await.unwrap();
        assert_eq!(client.link(&LINK, later()).await, Ok(Linked::Now));
    });
    let links = server.operations().iter().filter(|operation| *operation == LINK_OPERATION).count();
    assert_eq!(links, 1);
}
