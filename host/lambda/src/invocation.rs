//! Prevents the runtime library from parsing events.

use admit_cognito::Event;
use lambda_runtime::LambdaInvocation;
use lambda_runtime::tower::{Layer, Service};
use std::cell::Cell;
use std::future::poll_fn;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

/// A layer that passes the raw bytes of the event to the handler, and attributes errors of the
/// runtime library to the request.
///
/// The runtime library would parse the event first, and answer invalid JSON with an error of its
/// own, whose text is not meant for the person signing up.
pub(crate) struct RawEventLayer;

/// The service that [`RawEventLayer`] wraps around another one.
#[derive(Clone)]
pub(crate) struct RawEventService<S>(S);

/// The raw bytes of an event.
pub(crate) type Bytes = Vec<u8>;

thread_local! {
    /// The event of the current call on this thread.
    static EVENT: Cell<Option<Bytes>> = const { Cell::new(None) };
}

/// Takes the event of the current call; returns `None` if it is too large or was taken before.
pub(crate) fn take_event() -> Option<Bytes> {
    EVENT.take().filter(|event| event.len() <= Event::MAX_BYTES)
}

impl<S> Layer<S> for RawEventLayer {
    type Service = RawEventService<S>;

    fn layer(&self, inner: S) -> RawEventService<S> {
        RawEventService(inner)
    }
}

impl<S> Service<LambdaInvocation> for RawEventService<S>
where
    S: Service<LambdaInvocation>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> Self::Future {
        // The library only passes the parsed event to inner layers, so the raw one goes through a
        // thread-local. The handler is called before this call returns.
        let event = mem::replace(&mut invocation.body, EMPTY_BODY.into());
        let request_id: Arc<str> = invocation.context.request_id.as_str().into();
        EVENT.set(Some(event.into()));
        let future = self.0.call(invocation);
        EVENT.set(None);
        Box::pin(async move {
            let mut future = pin!(future);
            poll_fn(|cx| admit_trigger::with_request(&request_id, || future.as_mut().poll(cx)))
                .await
        })
    }
}

/// The body that the library parses instead of the event.
const EMPTY_BODY: &str = "null";
