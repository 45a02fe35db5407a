//! Lambda's Invoke API, with one function of any name.

use crate::live::Live;
use admit_cognito::FunctionError;
use admit_trigger::Request as TriggerRequest;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::{task, time};

/// What Cognito's five seconds leave for a decision in Lambda.
const LEFT: Duration = Duration::from_millis(4_800);

/// The most bytes that Lambda takes for one invocation.
const MOST_PAYLOAD: usize = 6 << 20;

/// The most invocations that are under way at once; others wait.
const MOST_INVOCATIONS: usize = 64;

/// How long a client may take to say what it wants, or keep a connection without a word.
const HEADER_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a client may take to send a payload.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Before a connection is tried to be taken again.
const PAUSE: Duration = Duration::from_millis(100);

/// The path to invoke a function by.
pub(crate) fn path(function: &str) -> String {
    format!("/2015-03-31/functions/{function}/invocations")
}

/// The API, and what answers behind it.
pub(crate) struct InvokeApi {
    live: Arc<Live>,
    last_id: AtomicU64,
    room: Arc<Semaphore>,
}

type Answer = Response<Full<Bytes>>;

/// How Lambda is asked to invoke.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Invocation {
    /// The answer is waited for.
    RequestResponse,
    /// Nobody waits for the answer.
    Event,
    /// Nothing is invoked.
    DryRun,
}

impl InvokeApi {
    pub(crate) fn new(live: Arc<Live>) -> InvokeApi {
        InvokeApi {
            live,
            last_id: AtomicU64::new(0),
            room: Arc::new(Semaphore::new(MOST_INVOCATIONS)),
        }
    }

    /// Serves each connection until the process ends.
    pub(crate) async fn serve(self, listener: TcpListener) -> ! {
        let api = Arc::new(self);
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // Too many files are open, say; that passes.
                time::sleep(PAUSE).await;
                continue;
            };
            let api = Arc::clone(&api);
            task::spawn(async move {
                let service = service_fn(|request| Arc::clone(&api).respond(request));
                // A client that goes away is no error of ours.
                let _ = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEADER_TIMEOUT)
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    }

    async fn respond(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let id = self.last_id.fetch_add(1, Relaxed) + 1;
        let id = format!("local-{id}");
        let answer = match self.try_respond(request, &id).await {
            Ok(answer) => answer,
            Err(problem) => problem.into(),
        };
        let (mut parts, body) = answer.into_parts();
        if let Ok(id) = id.parse() {
            parts.headers.insert("x-amzn-requestid", id);
        }
        Ok(Response::from_parts(parts, body))
    }

    async fn try_respond(
        self: Arc<Self>,
        request: Request<Incoming>,
        id: &str,
    ) -> Result<Answer, Problem> {
        if !is_invocation(request.uri().path()) {
            let message = format!("only POST {} is served here", path("{name}"));
            return Err(Problem::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message));
        }
        if request.method() != Method::POST {
            let message = "a function is invoked by POST";
            let status = StatusCode::METHOD_NOT_ALLOWED;
            return Err(Problem::new(status, "InvalidRequestContentException", message));
        }
        let invocation = Invocation::of(&request)?;
        let payload = Limited::new(request.into_body(), MOST_PAYLOAD).collect();
        let payload = time::timeout(BODY_TIMEOUT, payload).await.map_err(|_| {
            let message = "the payload did not come in time";
            Problem::new(StatusCode::REQUEST_TIMEOUT, "RequestTimeoutException", message)
        })?;
        let payload = payload.map_err(|_| {
            let message = format!("the payload is larger than {} MiB, or cut", MOST_PAYLOAD >> 20);
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &message)
        })?;
        let payload = payload.to_bytes();
        // Held until the decision is made, though nobody may wait for it.
        let place = Arc::clone(&self.room).acquire_owned().await;
        let id = id.to_owned();
        let decided = match invocation {
            Invocation::DryRun => return Ok(empty(StatusCode::NO_CONTENT)),
            // A policy may compute for as long as its deadline lets it.
            _ => task::spawn_blocking(move || {
                let _place = place;
                let request = TriggerRequest { id: &id, event: Some(&payload), left: LEFT };
                self.live.trigger().answer(&request)
            }),
        };
        if invocation == Invocation::Event {
            return Ok(empty(StatusCode::ACCEPTED));
        }
        Ok(answer(decided.await.unwrap_or_else(|_| Err(FunctionError::host_failure()))))
    }
}

impl Invocation {
    fn of(request: &Request<Incoming>) -> Result<Invocation, Problem> {
        match request.headers().get("x-amz-invocation-type").map(|kind| kind.as_bytes()) {
            None | Some(b"RequestResponse") => Ok(Invocation::RequestResponse),
            Some(b"Event") => Ok(Invocation::Event),
            Some(b"DryRun") => Ok(Invocation::DryRun),
            Some(_) => {
                let message = "X-Amz-Invocation-Type is RequestResponse, Event or DryRun";
                let status = StatusCode::BAD_REQUEST;
                Err(Problem::new(status, "InvalidParameterValueException", message))
            }
        }
    }
}

fn is_invocation(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts[..], ["", "2015-03-31", "functions", name, "invocations"] if !name.is_empty())
}

/// What a function answers; its error is no error of the API.
fn answer(answer: Result<String, FunctionError>) -> Answer {
    let (body, is_error) = match answer {
        Ok(event) => (event, false),
        Err(error) => (json!(error).to_string(), true),
    };
    let mut response = json_response(StatusCode::OK, body);
    let headers = response.headers_mut();
    headers.insert("x-amz-executed-version", HeaderValue::from_static("$LATEST"));
    if is_error {
        headers.insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
    }
    response
}

/// An error of the API.
struct Problem {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, message: &str) -> Problem {
        Problem { status, kind, message: message.to_owned() }
    }
}

/// In Lambda's shape.
impl From<Problem> for Answer {
    fn from(problem: Problem) -> Answer {
        let body = json!({ "Type": "User", "Message": problem.message }).to_string();
        let mut response = json_response(problem.status, body);
        let kind = HeaderValue::from_static(problem.kind);
        response.headers_mut().insert("x-amzn-errortype", kind);
        response
    }
}

fn json_response(status: StatusCode, body: String) -> Answer {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    response
}

fn empty(status: StatusCode) -> Answer {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
