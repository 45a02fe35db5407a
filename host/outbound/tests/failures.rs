//! Servers that hang, close the connection, or answer what is no answer.

use crate::clients::{EMAIL, client, client_at, client_with, later, look_up, mary, names, soon};
use crate::server::{Conversation, Server, error, head, user, users};
use admit_outbound::{CallError, Options};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

/// The result of the look-up where every request is answered so.
fn answered(status: u16, body: Value) -> Result<Vec<String>, CallError> {
    let server = Server::answering(move |_| (status, body.clone()));
    let page = look_up(&client(&server), later())?;
    Ok(names(&page).into_iter().map(str::to_owned).collect())
}

/// The result of the look-up where every connection is handled so.
fn handled(
    handle: impl Fn(&mut Conversation) + Send + Sync + 'static,
) -> Result<Vec<String>, CallError> {
    let page = look_up(&client(&Server::start(handle)), later())?;
    Ok(names(&page).into_iter().map(str::to_owned).collect())
}

fn malformed(result: Result<Vec<String>, CallError>) -> String {
    match result {
        Err(CallError::Malformed(reason)) => reason,
        other => unreachable!("{other:?}"),
    }
}

fn unavailable(result: Result<Vec<String>, CallError>) -> String {
    match result {
        Err(CallError::Unavailable(reason)) => reason,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn an_answer_is_read() {
    assert_eq!(answered(200, mary()), Ok(vec!["mary".to_owned()]));
    assert_eq!(answered(200, users(&[])), Ok(vec![]));
}

#[test]
fn a_server_that_hangs_is_left_at_the_deadline() {
    let server = Server::start(|conversation| {
        conversation.request();
        conversation.wait_for_end();
    });
    assert_eq!(look_up(&client(&server), soon()), Err(CallError::Timeout));
}

#[test]
fn a_server_that_does_not_read_is_left_at_the_deadline() {
    let server = Server::start(|_| thread::sleep(Duration::from_secs(60)));
    assert_eq!(look_up(&client(&server), soon()), Err(CallError::Timeout));
}

#[test]
fn nothing_is_sent_after_the_deadline() {
    let server = Server::answering(|_| (200, mary()));
    let passed = Instant::now();
    assert_eq!(look_up(&client(&server), passed), Err(CallError::Timeout));
    assert_eq!(server.connections(), 0);
}

#[test]
fn an_answer_may_come_one_byte_at_a_time() {
    let body = mary().to_string();
    let answer = head(200, body.len()) + &body;
    let result = handled(move |conversation| {
        conversation.request();
        for byte in answer.chars() {
            conversation.write(&byte.to_string());
            thread::yield_now();
        }
        conversation.wait_for_end();
    });
    assert_eq!(result, Ok(vec!["mary".to_owned()]));
}

#[test]
fn an_endless_trickle_is_left_at_the_deadline() {
    let server = Server::start(|conversation| {
        conversation.request();
        conversation.write(&head(200, 100_000));
        loop {
            conversation.write(" ");
            thread::sleep(Duration::from_millis(5));
        }
    });
    assert_eq!(look_up(&client(&server), soon()), Err(CallError::Timeout));
}

#[test]
fn a_closed_connection_is_unavailable() {
    let before = handled(|conversation| {
        conversation.request();
    });
    unavailable(before);
    let at_once = handled(|_| ());
    unavailable(at_once);
    let within_the_head = handled(|conversation| {
        conversation.request();
        conversation.write("HTTP/1.1 200 OK\r\nContent-Ty");
    });
    unavailable(within_the_head);
    let within_the_body = handled(|conversation| {
        conversation.request();
        conversation.write(&(head(200, 100) + "{\"Users\":"));
    });
    unavailable(within_the_body);
}

#[test]
fn nothing_listens() {
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = look_up(&client_at(&url, Options::default()), later()).unwrap_err();
    assert!(error.to_string().starts_with("unavailable: no connection to 127.0.0.1: "), "{error}");
}

#[test]
fn throttling_is_recognised() {
    for (status, kind) in [
        (400, "TooManyRequestsException"),
        (400, "com.amazonaws.cognito#ThrottlingException"),
        (429, "Anything"),
    ] {
        assert_eq!(answered(status, error(kind, "Rate exceeded")), Err(CallError::Throttled));
    }
}

#[test]
fn an_error_does_not_repeat_the_address() {
    let message = format!("1 validation error: Value 'email = \"{EMAIL}\"' at 'filter' is invalid");
    let result = answered(400, error("InvalidParameterException", &message));
    let reason = "InvalidParameterException: 1 validation error: Value 'email = \"[removed]\"' at 'filter' is invalid";
    assert_eq!(result, Err(CallError::Rejected(reason.to_owned())));
}

#[test]
fn an_error_of_access_names_the_permission() {
    let message = "User: arn:aws:sts::1:assumed-role/admit/admit is not authorized to perform: cognito-idp:ListUsers";
    let result = answered(400, error("AccessDeniedException", message));
    let reason = format!("AccessDeniedException: {message}");
    assert_eq!(result, Err(CallError::AccessDenied(reason)));
}

#[test]
fn an_error_of_the_service_is_unavailable() {
    let body = error("InternalErrorException", "Something went wrong");
    assert_eq!(unavailable(answered(500, body)), "InternalErrorException: Something went wrong");
    assert_eq!(unavailable(answered(503, json!("not an object"))), "status 503");
}

#[test]
fn a_redirect_is_not_followed() {
    let target = Server::answering(|_| (200, mary()));
    let location = format!("{}/", target.url());
    let result = handled(move |conversation| {
        conversation.request();
        conversation.write(&format!(
            "HTTP/1.1 307 Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        ));
        conversation.wait_for_end();
    });
    assert_eq!(result, Err(CallError::Rejected("status 307".to_owned())));
    assert_eq!(target.connections(), 0);
}

#[test]
fn what_is_not_json_is_malformed() {
    let page = "<html>";
    let html = handled(move |conversation| {
        conversation.request();
        let length = page.len();
        conversation.write(&format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{page}"
        ));
        conversation.wait_for_end();
    });
    assert_eq!(malformed(html), "not JSON by its content type");
    let claimed = handled(move |conversation| {
        conversation.request();
        conversation.write(&(head(200, page.len()) + page));
        conversation.wait_for_end();
    });
    assert_eq!(malformed(claimed), "not JSON at line 1, column 1");
    let not_http = handled(|conversation| {
        conversation.request();
        conversation.write("SSH-2.0-server\r\n\r\n");
        conversation.wait_for_end();
    });
    malformed(not_http);
}

#[test]
fn an_answer_of_another_form_is_malformed_without_its_values() {
    let mut disabled = user("mary", EMAIL, &json!(null));
    disabled["Enabled"] = json!("mary");
    let mut nameless = user("mary", EMAIL, &json!(null));
    nameless.as_object_mut().unwrap().remove("Username");
    for body in [
        json!({}),
        json!([]),
        json!({ "Users": "mary" }),
        json!({ "Users": null }),
        users(&[json!("mary")]),
        users(&[disabled]),
        users(&[nameless]),
        users(&[user("mary", EMAIL, &json!("mary"))]),
        users(&[user("mary", EMAIL, &json!([{ "userId": "mary" }]))]),
    ] {
        let reason = malformed(answered(200, body.clone()));
        assert!(!reason.contains("mary"), "{body}: {reason}");
    }
}

#[test]
fn a_large_answer_is_not_read() {
    const MANY: usize = 10 * 1024 * 1024;
    // Announced; without an announcement; in chunks.
    let heads =
        [head(200, MANY), "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_owned()];
    for head in heads {
        let result = handled(move |conversation| {
            conversation.request();
            conversation.write(&head);
            conversation.write(&" ".repeat(MANY));
        });
        assert_eq!(result, Err(CallError::TooLarge));
    }
    let chunked = handled(|conversation| {
        conversation.request();
        let kind = "Content-Type: application/json";
        conversation
            .write(&format!("HTTP/1.1 200 OK\r\n{kind}\r\nTransfer-Encoding: chunked\r\n\r\n"));
        for _ in 0..MANY / 1024 {
            conversation.write(&format!("400\r\n{}\r\n", " ".repeat(1024)));
        }
    });
    assert_eq!(chunked, Err(CallError::TooLarge));
}

#[test]
fn a_large_head_is_not_read() {
    let result = handled(|conversation| {
        conversation.request();
        conversation.write(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(10_000_000)));
        conversation.wait_for_end();
    });
    malformed(result);
}

#[test]
fn the_bound_is_exact() {
    let body = mary();
    let length = body.to_string().len();
    let server = Server::answering(move |_| (200, body.clone()));
    let with = |max_response_bytes| {
        let options = Options { max_response_bytes, ..Options::default() };
        look_up(&client_with(&server, options), later()).map(|page| page.users.len())
    };
    assert_eq!(with(length), Ok(1));
    assert_eq!(with(length - 1), Err(CallError::TooLarge));
}

#[test]
fn a_wrong_length_is_no_answer() {
    let body = mary().to_string();
    let length = body.len();
    let (short, long) = (body.clone(), body);
    let too_short = handled(move |conversation| {
        conversation.request();
        conversation.write(&(head(200, length - 3) + &short));
        conversation.wait_for_end();
    });
    malformed(too_short);
    let too_long = handled(move |conversation| {
        conversation.request();
        conversation.write(&(head(200, length + 3) + &long));
    });
    unavailable(too_long);
}
