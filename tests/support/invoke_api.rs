//! Lambda's Invoke API in front of a function.

use crate::http::{Request, listen, requests};
use crate::{Answer, Lambda};
use serde_json::{Value, json};
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

/// Lambda's Invoke API with one function of any name, on a free port of 127.0.0.1.
pub struct InvokeApi {
    lambda: Arc<Mutex<Lambda>>,
    address: SocketAddr,
}

/// The time that a pre sign-up trigger has.
const TIMEOUT: Duration = Duration::from_secs(5);

impl InvokeApi {
    /// Puts the function behind the API.
    pub fn start(lambda: Lambda) -> InvokeApi {
        let lambda = Arc::new(Mutex::new(lambda));
        // A strong reference would keep the function alive in the thread that listens.
        let shared = Arc::downgrade(&lambda);
        let address = listen(move |stream| serve(&shared, stream));
        InvokeApi { lambda, address }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next line that the function wrote about a decision.
    pub fn decision_line(&self) -> Value {
        self.lambda.lock().unwrap().decision_line()
    }
}

/// Serves one connection until the client closes it, or the test is over.
fn serve(lambda: &Weak<Mutex<Lambda>>, mut stream: TcpStream) {
    for request in requests(&stream) {
        let Some(response) = invoke(lambda, request) else { return };
        if stream.write_all(response.as_bytes()).is_err() {
            return;
        }
    }
}

fn invoke(lambda: &Weak<Mutex<Lambda>>, request: Request) -> Option<String> {
    let ["", "2015-03-31", "functions", _, "invocations"] =
        request.path.split('/').collect::<Vec<_>>()[..]
    else {
        panic!("not a request of the Invoke API: {}", request.path)
    };
    // Sent under the lock, awaited without it: so two invocations do not wait for each other here.
    let answered = lambda.upgrade()?.lock().ok()?.send(request.body);
    let (error, body) = match answered.recv_timeout(TIMEOUT).unwrap_or(Answer::Nothing) {
        Answer::Response(body) => ("", body),
        Answer::Error(body) => ("x-amz-function-error: Unhandled\r\n", body),
        Answer::Nothing => ("x-amz-function-error: Unhandled\r\n", timed_out()),
    };
    let length = body.len();
    Some(format!("HTTP/1.1 200 OK\r\n{error}content-length: {length}\r\n\r\n{body}"))
}

/// In Lambda's words.
fn timed_out() -> String {
    let message = format!("Task timed out after {}.00 seconds", TIMEOUT.as_secs());
    json!({ "errorType": "Sandbox.Timedout", "errorMessage": message }).to_string()
}
