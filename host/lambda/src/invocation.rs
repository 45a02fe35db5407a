//! Keeps the bytes of an event from being parsed by the runtime library.

use admit_cognito::Event;
use lambda_runtime::LambdaInvocation;
use lambda_runtime::tower::{Layer, Service};
use std::cell::Cell;
use std::future::poll_fn;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

/// Hands the event to the handler as it came, and has the log name the request whose answer
/// Lambda does not take.
///
/// The runtime library would parse it first, and would answer what is not JSON with an
/// error of its own, whose text is not meant for the person signing up.
pub(crate) struct RawEventLayer;

/// The service that [`RawEventLayer`] makes of another.
#[derive(Clone)]
pub(crate) struct RawEventService<S>(S);

/// The bytes of an event, as Lambda sent them.
pub(crate) type Bytes = Vec<u8>;

thread_local! {
    /// The event of the call that this thread is in.
    static EVENT: Cell<Option<Bytes>> = const { Cell::new(None) };
}

/// The event of the call that led here, if it is not larger than one may be. It is there until
/// it is taken.
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
        // The library hands its own layers nothing but what it has parsed. What it calls, down
        // to the handler, it calls before this call returns.
        let event = mem::replace(&mut invocation.body, EMPTY_BODY.into());
        let request_id: Arc<str> = invocation.context.request_id.as_str().into();
        EVENT.set(Some(event.into()));
        let future = self.0.call(invocation);
        EVENT.set(None);
        Box::pin(async move {
            let mut future = pin!(future);
            poll_fn(|cx| admit_trigger::on_behalf_of(&request_id, || future.as_mut().poll(cx)))
                .await
        })
    }
}

/// What the library parses instead.
const EMPTY_BODY: &str = "null";
