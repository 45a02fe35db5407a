//! A server whose behaviour a test writes down, connection by connection.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server on a free port of this machine.
pub(crate) struct Server {
    address: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<Request>,
}

/// A request as it arrives.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) operation: String,
    pub(crate) input: Value,
}

/// What is read from and written to: with TLS or without.
pub(crate) trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

/// One connection.
pub(crate) struct Conversation {
    /// Counts from 0.
    pub(crate) number: usize,
    requests: usize,
    stream: BufReader<Box<dyn Stream>>,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    /// Starts a server that handles each connection so, in a thread. It is closed at the end.
    pub(crate) fn start(handle: impl Fn(&mut Conversation) + Send + Sync + 'static) -> Server {
        Server::start_with(|stream| Some(Box::new(stream)), handle)
    }

    /// Starts a server that answers every request so, for as long as connections are kept.
    pub(crate) fn answering(
        answer: impl Fn(&Request) -> (u16, Value) + Send + Sync + 'static,
    ) -> Server {
        Server::start(move |conversation| {
            while let Some(request) = conversation.request() {
                let (status, body) = answer(&request);
                conversation.answer(status, &body);
            }
        })
    }

    /// Starts a server with something between it and the network.
    pub(crate) fn start_with(
        accept: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + Sync + 'static,
        handle: impl Fn(&mut Conversation) + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let server = Server { address, seen: Arc::clone(&seen) };
        let (accept, handle) = (Arc::new(accept), Arc::new(handle));
        // The threads end with the process of the test.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, accept, handle) =
                    (Arc::clone(&seen), Arc::clone(&accept), Arc::clone(&handle));
                let number = seen.lock().unwrap().connections;
                seen.lock().unwrap().connections += 1;
                thread::spawn(move || {
                    let Some(stream) = accept(stream) else { return };
                    handle(&mut Conversation {
                        number,
                        requests: 0,
                        stream: BufReader::new(stream),
                        seen,
                    });
                });
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> &str {
        self.address.rsplit(':').next().unwrap()
    }

    /// The number of connections so far.
    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// The operations so far.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.operation).collect()
    }
}

impl Conversation {
    /// The next request; none when the client closes the connection.
    pub(crate) fn request(&mut self) -> Option<Request> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let mut body = vec![0; header("content-length")?.parse().ok()?];
        let operation = header("x-amz-target")?.rsplit('.').next()?.to_owned();
        self.stream.read_exact(&mut body).ok()?;
        let input = serde_json::from_slice(&body).ok()?;
        let request = Request { head, operation, input };
        self.seen.lock().unwrap().requests.push(request.clone());
        self.requests += 1;
        Some(request)
    }

    /// The number of requests on this connection so far.
    pub(crate) fn requests(&self) -> usize {
        self.requests
    }

    /// Answers as Cognito does.
    pub(crate) fn answer(&mut self, status: u16, body: &Value) {
        let body = body.to_string();
        let length = body.len();
        self.write(&format!("{}{body}", head(status, length)));
    }

    /// Writes as it is; a client that has gone is no problem.
    pub(crate) fn write(&mut self, text: &str) {
        let _ = self.stream.get_mut().write_all(text.as_bytes());
        let _ = self.stream.get_mut().flush();
    }

    /// Waits until the client closes the connection.
    pub(crate) fn wait_for_end(&mut self) {
        let _ = std::io::copy(&mut self.stream, &mut std::io::sink());
    }
}

/// The head of an answer in JSON.
pub(crate) fn head(status: u16, length: usize) -> String {
    let kind = "application/x-amz-json-1.1";
    format!("HTTP/1.1 {status} Status\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n")
}

/// The answer of ListUsers with these users.
pub(crate) fn users(users: &[Value]) -> Value {
    json!({ "Users": users })
}

/// A user as Cognito writes it.
pub(crate) fn user(name: &str, email: &str, identities: &Value) -> Value {
    let mut attributes = vec![
        json!({ "Name": "sub", "Value": "f6ad4a1b" }),
        json!({ "Name": "email", "Value": email }),
        json!({ "Name": "email_verified", "Value": "true" }),
    ];
    if !identities.is_null() {
        attributes.push(json!({ "Name": "identities", "Value": identities.to_string() }));
    }
    json!({
        "Username": name,
        "UserStatus": "CONFIRMED",
        "Enabled": true,
        "UserCreateDate": 1_586_000_000.123,
        "Attributes": attributes,
    })
}

/// An error as Cognito writes it.
pub(crate) fn error(kind: &str, message: &str) -> Value {
    json!({ "__type": kind, "message": message })
}
