//! Connections that are kept open between calls.

use crate::connection::Connection;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Connections that are kept open between calls. Each is used by one call at a time.
pub(crate) struct ConnectionPool {
    max_kept: usize,
    max_idle: Duration,
    kept: Mutex<Vec<Connection>>,
}

impl ConnectionPool {
    pub(crate) fn new(max_kept: usize, max_idle: Duration) -> ConnectionPool {
        ConnectionPool { max_kept, max_idle, kept: Mutex::default() }
    }

    /// The connection that was used last, if it can be used.
    pub(crate) async fn take(&self) -> Option<Connection> {
        if self.kept().is_empty() {
            return None;
        }
        // The tasks of the connections may not have run since the server closed them, in particular
        // while the process was frozen.
        tokio::task::yield_now().await;
        let mut kept = self.kept();
        kept.retain(|connection| connection.is_usable(self.max_idle));
        kept.pop()
    }

    /// Keeps a connection whose answer was complete.
    pub(crate) fn keep(&self, connection: Connection) {
        let mut kept = self.kept();
        if kept.len() < self.max_kept {
            kept.push(connection);
        }
    }

    /// Closes all kept connections: when one is lost, the others most likely are as well.
    pub(crate) fn clear(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
