//! A thread that runs the network client, so that decisions can wait for it without a runtime.

use admit_outbound::UserPoolClient;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc as channel;
use std::thread;
use std::time::Instant;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

/// A call that the thread makes with the client.
type Call = Box<dyn FnOnce(Rc<UserPoolClient>) -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// A thread that runs calls at the same time.
///
/// It ends when this is dropped.
pub(crate) struct IoThread {
    calls: UnboundedSender<Call>,
}

impl IoThread {
    /// Starts the thread.
    pub(crate) fn start(client: UserPoolClient) -> std::io::Result<IoThread> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (calls, receiver) = unbounded_channel();
        thread::Builder::new()
            .name("admit-services".to_owned())
            .stack_size(512 << 10)
            .spawn(move || LocalSet::new().block_on(&runtime, serve(client, receiver)))?;
        Ok(IoThread { calls })
    }

    /// Makes a call, and waits for its result until the deadline. Returns `None` if there is none
    /// by then.
    pub(crate) fn call<T, F>(
        &self,
        deadline: Instant,
        call: impl FnOnce(Rc<UserPoolClient>) -> F + Send + 'static,
    ) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + 'static,
    {
        let (result, results) = channel::sync_channel(1);
        let call: Call = Box::new(move |client| {
            Box::pin(async move {
                // The caller may have stopped waiting.
                let _ = result.send(call(client).await);
            })
        });
        self.calls.send(call).ok()?;
        results.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
    }
}

/// Runs each call as a task of its own.
async fn serve(client: UserPoolClient, mut calls: UnboundedReceiver<Call>) {
    let client = Rc::new(client);
    while let Some(call) = calls.recv().await {
        tokio::task::spawn_local(call(Rc::clone(&client)));
    }
}
