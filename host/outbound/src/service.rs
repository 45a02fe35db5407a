//! Requests to Cognito's API: signed, sent over a kept connection, and bounded by a deadline.

use crate::answer::{Refusal, result};
use crate::call_error::CallError;
use crate::connection::{Answer, Connection, NoAnswer};
use crate::connection_pool::ConnectionPool;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::options::Options;
use crate::personal::Personal;
use crate::region::Region;
use crate::signer::Signer;
use crate::tls::Tls;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, USER_AGENT};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::future::Future;
use std::time::Instant;

/// Cognito's API for user pools.
pub(crate) struct Service {
    endpoint: Endpoint,
    signer: Signer,
    tls: Tls,
    pool: ConnectionPool,
    options: Options,
}

/// Why an operation has no result.
pub(crate) enum Failure {
    /// The service reports an error.
    Refused(Refusal),
    /// The connection was lost, and the operation may have taken place.
    Lost(String),
    /// There is no answer that can be used.
    Call(CallError),
}

/// Whether a request may be sent again after the connection was lost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Once: it changes nothing.
    Once,
    /// Only if it was not on its way.
    IfNotSent,
}

/// The operation of a request, in the form of JSON that AWS calls 1.1.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

impl Service {
    pub(crate) fn new(
        region: Region,
        credentials: Credentials,
        endpoint: Endpoint,
        options: Options,
    ) -> Service {
        Service {
            endpoint,
            signer: Signer::new(region, credentials),
            tls: Tls::default(),
            pool: ConnectionPool::new(options.kept_connections, options.max_idle),
            options,
        }
    }

    #[cfg(feature = "testing")]
    pub(crate) fn set_tls(&mut self, tls: Tls) {
        self.tls = tls;
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// The result of an operation that changes nothing.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        operation: &str,
        input: &Value,
        personal: Personal<'_>,
        deadline: Instant,
    ) -> Result<T, CallError> {
        let answer = self.call(operation, input, Repeat::Once);
        within(deadline, answer).await.map_err(|failure| failure.into_error(personal))
    }

    /// The result of an operation that has an effect: it is not repeated.
    pub(crate) async fn change<T: DeserializeOwned>(
        &self,
        operation: &str,
        input: &Value,
        deadline: Instant,
    ) -> Result<T, Failure> {
        within(deadline, self.call(operation, input, Repeat::IfNotSent)).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        operation: &str,
        input: &Value,
        repeat: Repeat,
    ) -> Result<T, Failure> {
        let body = Bytes::from(input.to_string());
        let (answer, connection) = self.exchange(operation, &body, repeat).await?;
        // A connection whose answer is malformed may hold the rest of it, and is closed.
        let result = result(answer).map_err(Failure::Call)?;
        self.pool.keep(connection);
        result.map_err(Failure::Refused)
    }

    async fn exchange(
        &self,
        operation: &str,
        body: &Bytes,
        repeat: Repeat,
    ) -> Result<(Answer, Connection), Failure> {
        let mut is_repeated = false;
        let mut next = self.pool.take().await;
        loop {
            let mut connection = match next.take() {
                Some(kept) => kept,
                None => Connection::open(&self.endpoint, &self.tls).await.map_err(Failure::Call)?,
            };
            let request = self.request(operation, body).map_err(Failure::Call)?;
            let answer = connection.exchange(request, self.options.max_response_bytes).await;
            let (is_safe, reason) = match answer {
                Ok(answer) => return Ok((answer, connection)),
                Err(NoAnswer::Unusable(error)) => return Err(Failure::Call(error)),
                Err(NoAnswer::NotSent(reason)) => (true, reason),
                Err(NoAnswer::Lost(reason)) => (repeat == Repeat::Once, reason),
            };
            // The others were idle as long as this one.
            self.pool.clear();
            if !is_safe {
                return Err(Failure::Lost(reason));
            }
            if is_repeated {
                return Err(Failure::Call(CallError::Unavailable(reason)));
            }
            is_repeated = true;
        }
    }

    fn request(&self, operation: &str, body: &Bytes) -> Result<Request<Full<Bytes>>, CallError> {
        let mut request = Request::post(self.endpoint.path())
            .header(HOST, self.endpoint.authority())
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header(TARGET, format!("AWSCognitoIdentityProviderService.{operation}"))
            .header(USER_AGENT, concat!("admit/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(body.clone()))
            .map_err(|error| CallError::Unavailable(format!("no request can be made: {error}")))?;
        self.signer
            .sign(&mut request, &self.endpoint.url(), body)
            .map_err(CallError::Unavailable)?;
        Ok(request)
    }
}

impl Failure {
    pub(crate) fn into_error(self, personal: Personal<'_>) -> CallError {
        match self {
            Failure::Refused(refusal) => refusal.into_error(personal),
            Failure::Lost(reason) => CallError::Unavailable(reason),
            Failure::Call(error) => error,
        }
    }
}

/// A result before the deadline.
async fn within<T>(
    deadline: Instant,
    call: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let late = Failure::Call(CallError::Timeout);
    if Instant::now() >= deadline {
        return Err(late);
    }
    match tokio::time::timeout_at(deadline.into(), call).await {
        // The answer of a process that was stopped may be there, but late.
        Ok(result) if Instant::now() < deadline => result,
        _ => Err(late),
    }
}
