//! Connections: kept, lost, and several at a time.

use crate::clients::{by_email, client, client_with, later, mary, names, runtime, soon};
use crate::server::Server;
use admit_outbound::{CallError, Options, UserPoolClient};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

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
    let phase = Arc::new(AtomicUsize::new(0));
    let of_server = Arc::clone(&phase);
    let server = Server::start(move |conversation| match of_server.load(Ordering::SeqCst) {
        0 => conversation.wait_for_end(),
        1 => drop(conversation.request()),
        2 => {
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
        let hangs = client.list_users(&query, soon()).await;
        assert_eq!(hangs, Err(CallError::Timeout));
        phase.store(1, Ordering::SeqCst);
        let closes = client.list_users(&query, later()).await;
        assert!(matches!(closes, Err(CallError::Unavailable(_))), "{closes:?}");
        phase.store(2, Ordering::SeqCst);
        let nonsense = client.list_users(&query, later()).await;
        assert!(matches!(nonsense, Err(CallError::Malformed(_))), "{nonsense:?}");
        phase.store(3, Ordering::SeqCst);
        let before = server.connections();
        for _ in 0..3 {
            assert_eq!(names(&client.list_users(&query, later()).await.unwrap()), ["mary"]);
        }
        assert_eq!(server.connections(), before + 1);
    });
}

/// As in a process that was frozen during the call.
#[test]
fn an_answer_that_is_there_but_late_is_a_timeout() {
    let (ask, asked) = channel();
    let asked = Mutex::new(asked);
    let server = Server::start(move |conversation| {
        conversation.request();
        let _ = asked.lock().unwrap().recv();
        conversation.answer(200, &mary());
        conversation.wait_for_end();
    });
    let client = Arc::new(client(&server));
    runtime().block_on(async {
        let deadline = Instant::now() + Duration::from_secs(1);
        let of_call = Arc::clone(&client);
        let call = tokio::spawn(async move { of_call.list_users(&by_email(2), deadline).await });
        while server.requests().is_empty() && Instant::now() < deadline {
            tokio::task::yield_now().await;
        }
        ask.send(()).unwrap();
        // The runtime has this thread alone.
        thread::sleep(
            deadline.saturating_duration_since(Instant::now()) + Duration::from_millis(50),
        );
        assert_eq!(call.await.unwrap(), Err(CallError::Timeout));
    });
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
