//! The bounds of a client.

use std::time::Duration;

/// The bounds of a client.
#[derive(Clone, Debug)]
pub struct Options {
    /// The largest body of an answer that is read, in bytes.
    pub max_response_bytes: usize,
    /// The number of pages that are read of one list. Cognito may return pages with no users in them.
    pub max_pages: usize,
    /// The number of unused connections that are kept open for the next calls.
    pub kept_connections: usize,
    /// How long an unused connection is kept. A firewall or a load balancer may forget a connection
    /// that is not used, without a word to either end.
    pub max_idle: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            max_response_bytes: 256 * 1024,
            max_pages: 8,
            kept_connections: 8,
            max_idle: Duration::from_secs(60),
        }
    }
}
