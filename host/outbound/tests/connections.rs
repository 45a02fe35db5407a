//! Connections: kept, lost, and several at a time.

use crate::clients::{by_email, client, client_with, later, mary, names, runtime, soon};
use crate::server::Server;
use admit_outbound::{CallError, Options, UserPoolClient};
use std::sync::{Arc, Barrier};
use std::time::Duration;

#[test]
fn a_connection_is_kept() {
    let server = Server::answering(|_| (200, mary()));
    let client = client(&server);
    runtime().block_on(async {
        for _ in 0..5 {
            client.list_users(&by_email(2), later()).await.unwrap();
        }
    });
    assert_eq!(server.connections(), 1);
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn an_unused_connection_is_not_kept_for_long() {
    let server = Server::answering(|_| (200, mary()));
    let options = Options { max_idle: Duration::ZERO, ..Options::default() };
    let client = client_with(&server, options);
    runtime().block_on(async {
        for _ in 0..2 {
            client.list_users(&by_email(2), later()).await.unwrap();
        }
    });
    assert_eq!(server.connections(), 2);
}

/// As after a process was frozen.
#[test]
fn a_kept_connection_that_was_closed_is_replaced() {
    let server = Server::start(|conversation| {
        // Closed after one answer, without a word of it.
        if conversation.request().is_some() {
            conversation.answer(200, &mary());
        }
    });
    let client = client(&server);
    runtime().block_on(async {
        for _ in 0..5 {
            let page = client.list_users(&by_email(2), later()).await.unwrap();
            assert_eq!(names(&page), ["mary"]);
        }
    });
    assert_eq!(server.connections(), 5);
}

#[test]
fn a_look_up_is_repeated_once() {
    let server = Server::start(|conversation| {
        while conversation.request().is_some() {
            // The second request on the first connection is lost.
            if conversation.number == 0 && conversation.requests() == 2 {
                return;
            }
            conversation.answer(200, &mary());
        }
    });
    let client = client(&server);
    runtime().block_on(async {
        client.list_users(&by_email(2), later()).await.unwrap();
        client.list_users(&by_email(2), later()).await.unwrap();
    });
    assert_eq!((server.connections(), server.requests().len()), (2, 3));

    let server = Server::start(|conversation| {
        conversation.request();
    });
    let client = self::client(&server);
    let result = runtime().block_on(client.list_users(&by_email(2), later()));
    assert!(matches!(result, Err(CallError::Unavailable(_))), "{result:?}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn calls_run_at_the_same_time() {
    // No answer before five requests are there.
    let barrier = Arc::new(Barrier::new(5));
    let server = Server::start(move |conversation| {
        while conversation.request().is_some() {
            barrier.wait();
            conversation.answer(200, &mary());
        }
    });
    let client = Arc::new(client(&server));
    runtime().block_on(async {
        for _ in 0..2 {
            let call = |client: Arc<UserPoolClient>| async move {
                client.list_users(&by_email(2), later()).await
            };
            let calls: Vec<_> = (0..5).map(|_| tokio::spawn(call(Arc::clone(&client)))).collect();
            for call in calls {
                assert_eq!(names(&call.await.unwrap().unwrap()), ["mary"]);
            }
        }
    });
    assert_eq!(server.connections(), 5);
}

#[test]
fn a_client_goes_on_after_failures() {
    let server = Server::start(|conversation| match conversation.number {
        // Hangs, closes the connection, and answers nonsense.
        0 => conversation.wait_for_end(),
        1 | 2 => drop(conversation.request()),
        3 => {
            conversation.request();
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n");
            conversation.wait_for_end();
        }
        _ => {
            while conversation.request().is_some() {
                conversation.answer(200, &mary());
            }
        }
    });
    let client = client(&server);
    runtime().block_on(async {
        let query = by_email(2);
        let first = client.list_users(&query, soon()).await;
        assert_eq!(first, Err(CallError::Timeout));
        let second = client.list_users(&query, later()).await;
        assert!(matches!(second, Err(CallError::Unavailable(_))), "{second:?}");
        let third = client.list_users(&query, later()).await;
        assert!(matches!(third, Err(CallError::Malformed(_))), "{third:?}");
        for _ in 0..3 {
            assert_eq!(names(&client.list_users(&query, later()).await.unwrap()), ["mary"]);
        }
    });
    assert_eq!(server.connections(), 5);
}

/// The function's runtime may end between two calls, as in tests.
#[test]
fn a_client_outlives_a_runtime() {
    let server = Server::answering(|_| (200, mary()));
    let client = client(&server);
    for _ in 0..2 {
        let page = runtime().block_on(client.list_users(&by_email(2), later())).unwrap();
        assert_eq!(names(&page), ["mary"]);
    }
}
