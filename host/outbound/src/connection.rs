//! One connection to the service.

use crate::call_error::CallError;
use crate::endpoint::Endpoint;
use crate::tls::Tls;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::http::response::Parts;
use hyper::rt::{Read, Write};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::rustls::pki_types::ServerName;

/// The bound on the head of an answer, and on what is read of a body at once, in bytes.
const BUFFER: usize = 32 * 1024;

/// One connection to the service.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// When the last answer was complete, by the clock that goes on while the process is frozen.
    last_used: SystemTime,
}

/// An answer with its whole body.
pub(crate) struct Answer {
    pub(crate) head: Parts,
    pub(crate) body: Vec<u8>,
}

/// Why a connection gave no answer.
pub(crate) enum NoAnswer {
    /// The connection was lost before the request was on its way.
    NotSent(String),
    /// The connection was lost when the request may have arrived.
    Lost(String),
    /// The answer cannot be used.
    Unusable(CallError),
}

impl Connection {
    /// Opens a connection, with TLS if the endpoint asks for it.
    pub(crate) async fn open(endpoint: &Endpoint, tls: &Tls) -> Result<Connection, CallError> {
        let stream = connect(endpoint).await.map_err(CallError::Unavailable)?;
        let sender = if endpoint.is_tls() {
            let connector = tls.connector().map_err(CallError::Unavailable)?;
            let name = ServerName::try_from(endpoint.host().to_owned());
            let name = name.map_err(|_| unavailable("TLS", endpoint, "not a host name"))?;
            let stream = connector.connect(name, stream).await;
            let stream = stream.map_err(|error| unavailable("TLS", endpoint, &causes(&error)))?;
            start(TokioIo::new(stream)).await
        } else {
            start(TokioIo::new(stream)).await
        };
        let sender = sender.map_err(|error| unavailable("HTTP", endpoint, &causes(&error)))?;
        Ok(Connection { sender, last_used: SystemTime::now() })
    }

    /// Whether the next request may go over this connection, as far as can be seen.
    pub(crate) fn is_usable(&self, max_idle: Duration) -> bool {
        // A clock that was set back says nothing, and the connection is not used.
        !self.sender.is_closed() && self.last_used.elapsed().is_ok_and(|idle| idle < max_idle)
    }

    /// Sends a request and waits for its answer, whose body has at most this many bytes.
    pub(crate) async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
        max_bytes: usize,
    ) -> Result<Answer, NoAnswer> {
        let not_sent = |error: &hyper::Error| NoAnswer::NotSent(causes(error));
        self.sender.ready().await.map_err(|error| not_sent(&error))?;
        let response = match self.sender.try_send_request(request).await {
            Ok(response) => response,
            Err(failed) if failed.message().is_some() => return Err(not_sent(failed.error())),
            Err(failed) if failed.error().is_parse() => {
                return Err(unusable(CallError::Malformed(causes(failed.error()))));
            }
            Err(failed) => return Err(NoAnswer::Lost(causes(failed.error()))),
        };
        let answer = read(response, max_bytes).await?;
        self.last_used = SystemTime::now();
        Ok(answer)
    }
}

/// Reads a body as far as it is within the bound.
async fn read(response: Response<Incoming>, max_bytes: usize) -> Result<Answer, NoAnswer> {
    let (head, mut incoming) = response.into_parts();
    // The length that the head announces, if it does.
    if incoming.size_hint().lower() > max_bytes as u64 {
        return Err(unusable(CallError::TooLarge));
    }
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| NoAnswer::Lost(causes(&error)))?;
        let Some(data) = frame.data_ref() else { continue };
        if data.len() > max_bytes - body.len() {
            return Err(unusable(CallError::TooLarge));
        }
        body.extend_from_slice(data);
    }
    Ok(Answer { head, body })
}

fn unusable(error: CallError) -> NoAnswer {
    NoAnswer::Unusable(error)
}

/// Speaks HTTP over a stream, in a task that ends with the connection.
async fn start<T>(stream: T) -> hyper::Result<SendRequest<Full<Bytes>>>
where
    T: Read + Write + Unpin + Send + 'static,
{
    let (sender, connection) = Builder::new().max_buf_size(BUFFER).handshake(stream).await?;
    tokio::spawn(async move {
        // The request that fails with it says why.
        let _ = connection.await;
    });
    Ok(sender)
}

/// A connection to the first address that accepts one, those of IPv4 first: Cognito has no others.
async fn connect(endpoint: &Endpoint) -> Result<TcpStream, String> {
    let (host, port) = (endpoint.host(), endpoint.port());
    let fixed = endpoint.fixed_addresses();
    let mut addresses: Vec<SocketAddr> = if fixed.is_empty() {
        let found = lookup_host((host, port)).await;
        found.map_err(|error| format!("no address for {host}: {error}"))?.collect()
    } else {
        fixed.into_iter().map(|address| (address, port).into()).collect()
    };
    addresses.sort_by_key(SocketAddr::is_ipv6);
    let mut problem = format!("no address for {host}");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // A request is written at once, so there is nothing to wait for.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => problem = format!("no connection to {host}: {error}"),
        }
    }
    Err(problem)
}

fn unavailable(layer: &str, endpoint: &Endpoint, problem: &str) -> CallError {
    CallError::Unavailable(format!("{layer} with {}: {problem}", endpoint.host()))
}

/// An error and its causes, in one line.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
