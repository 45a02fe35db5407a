//! Lambda's Invoke API, with one function of any name.

mod answer;
mod caller;
mod payload;
mod stall;

use self::answer::{Answer, Problem, empty, json_response};
use self::payload::Payloads;
use self::stall::Stalling;
use crate::serve::reloading_trigger::ReloadingTrigger;
use admit_cognito::FunctionError;
use admit_trigger::Request as TriggerRequest;
pub(crate) use caller::{Names, name};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioTimer;
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

/// The most connections at once; others wait to be accepted, until one of these is answered. Each has
/// one invocation at a time.
const MAX_CONNECTIONS: usize = 64;

/// How long a client may take to say what it wants, or keep a connection without a word.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Before a connection is tried to be taken again.
const PAUSE: Duration = Duration::from_millis(100);

/// The path to invoke a function by.
pub(crate) fn path(function: &str) -> String {
    format!("/2015-03-31/functions/{function}/invocations")
}

/// The API, and what answers behind it.
pub(crate) struct InvokeApi {
    live: Arc<ReloadingTrigger>,
    names: Names,
    last_id: AtomicU64,
    payloads: Payloads,
    connections: Arc<Semaphore>,
}

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
    pub(crate) fn new(live: Arc<ReloadingTrigger>, names: Names) -> InvokeApi {
        let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        InvokeApi {
            live,
            names,
            last_id: AtomicU64::new(0),
            payloads: Payloads::new(),
            connections,
        }
    }

    /// Serves each connection until the process ends.
    pub(crate) async fn serve(self, listener: TcpListener) -> ! {
        let api = Arc::new(self);
        loop {
            let place = Arc::clone(&api.connections).acquire_owned().await;
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
                    .serve_connection(Stalling::new(stream), service)
                    .await;
                drop(place);
            });
        }
    }

    async fn respond(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let id = self.last_id.fetch_add(1, Relaxed) + 1;
        let id = format!("local-{id}");
        let answer = match Arc::clone(&self).try_respond(request, &id).await {
            Ok(answer) => answer,
            Err(problem) => problem.into(),
        };
        let (mut parts, body) = answer.into_parts();
        if let Ok(id) = id.parse() {
            parts.headers.insert("x-amzn-requestid", id);
        }
        // Clients that keep their connections busy would let no other in.
        if self.connections.available_permits() == 0 {
            parts.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(Response::from_parts(parts, body))
    }

    async fn try_respond(
        self: Arc<Self>,
        request: Request<Incoming>,
        id: &str,
    ) -> Result<Answer, Problem> {
        self.names.check(request.uri().authority(), request.headers()).map_err(|message| {
            Problem::new(StatusCode::FORBIDDEN, "AccessDeniedException", &message)
        })?;
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
        let payload = self.payloads.read(request.into_body()).await?;
        let id = id.to_owned();
        let decided = match invocation {
            Invocation::DryRun => return Ok(empty(StatusCode::NO_CONTENT)),
            // A policy may compute for as long as its deadline lets it.
            _ => task::spawn_blocking(move || {
                // Its room is given back when the decision is made, though nobody may wait for it.
                let request = TriggerRequest { id: &id, event: Some(&payload.bytes), left: LEFT };
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
