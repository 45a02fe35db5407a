//! Lambda's Invoke API, with a single function that has any name.

mod answer;
mod caller;
mod payload;
mod write_timeout;

use self::answer::{Answer, Problem, empty, json_response};
use self::payload::Payloads;
use self::write_timeout::WriteTimeout;
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

/// The time for a decision, which is what remains of Cognito's five seconds in Lambda.
const REMAINING_TIME: Duration = Duration::from_millis(4_800);

/// The maximum number of open connections, each with one invocation at a time. Further connections
/// are accepted when one of these closes.
const MAX_CONNECTIONS: usize = 64;

/// The time limit for the headers of a request, and for an idle connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// The pause before accepting connections again after an error.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// The path of a function's invocations.
pub(crate) fn path(function: &str) -> String {
    format!("/2015-03-31/functions/{function}/invocations")
}

/// The API, and the trigger behind it.
pub(crate) struct InvokeApi {
    trigger: Arc<ReloadingTrigger>,
    names: Names,
    last_id: AtomicU64,
    payloads: Payloads,
    connections: Arc<Semaphore>,
}

/// The type of an invocation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InvocationType {
    /// The response contains the answer.
    RequestResponse,
    /// The response is sent at once, without the answer.
    Event,
    /// The function is not invoked.
    DryRun,
}

impl InvokeApi {
    pub(crate) fn new(trigger: Arc<ReloadingTrigger>, names: Names) -> InvokeApi {
        let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        InvokeApi {
            trigger,
            names,
            last_id: AtomicU64::new(0),
            payloads: Payloads::new(),
            connections,
        }
    }

    /// Serves connections until the process ends.
    pub(crate) async fn serve(self, listener: TcpListener) -> ! {
        let api = Arc::new(self);
        loop {
            let permit = Arc::clone(&api.connections).acquire_owned().await;
            let Ok((stream, _)) = listener.accept().await else {
                // Such an error is temporary, for example too many open files.
                time::sleep(ACCEPT_RETRY_DELAY).await;
                continue;
            };
            let api = Arc::clone(&api);
            task::spawn(async move {
                let service = service_fn(|request| Arc::clone(&api).respond(request));
                // An error means that the client has closed the connection or timed out.
                let _ = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEADER_TIMEOUT)
                    .serve_connection(WriteTimeout::new(stream), service)
                    .await;
                drop(permit);
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
        // Clients that keep all connections alive would lock out others.
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
            let message = format!("not found: expected POST {}", path("{name}"));
            return Err(Problem::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message));
        }
        if request.method() != Method::POST {
            let message = "method not allowed: expected POST";
            let status = StatusCode::METHOD_NOT_ALLOWED;
            return Err(Problem::new(status, "InvalidRequestContentException", message));
        }
        let kind = InvocationType::from_request(&request)?;
        let payload = self.payloads.read(request.into_body()).await?;
        let id = id.to_owned();
        let decision = match kind {
            InvocationType::DryRun => return Ok(empty(StatusCode::NO_CONTENT)),
            // A policy may block the thread until its deadline.
            _ => task::spawn_blocking(move || {
                // The payload is dropped with the decision, even if the client is gone by then.
                let event = Some(&payload.bytes[..]);
                let request = TriggerRequest { id: &id, event, left: REMAINING_TIME };
                self.trigger.trigger().answer(&request)
            }),
        };
        if kind == InvocationType::Event {
            return Ok(empty(StatusCode::ACCEPTED));
        }
        Ok(answer(decision.await.unwrap_or_else(|_| Err(FunctionError::host_failure()))))
    }
}

impl InvocationType {
    fn from_request(request: &Request<Incoming>) -> Result<InvocationType, Problem> {
        match request.headers().get("x-amz-invocation-type").map(|kind| kind.as_bytes()) {
            None | Some(b"RequestResponse") => Ok(InvocationType::RequestResponse),
            Some(b"Event") => Ok(InvocationType::Event),
            Some(b"DryRun") => Ok(InvocationType::DryRun),
            Some(_) => {
                let message = "X-Amz-Invocation-Type must be RequestResponse, Event or DryRun";
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

/// The response with a function's answer. An error of the function is not an error of the API.
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
