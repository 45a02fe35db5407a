use admit_cognito::Event;
use lambda_runtime::LambdaInvocation;
use lambda_runtime::tower::{Layer, Service};
use serde_json::Value;
use std::task::{Context, Poll};

/// Hands the event to the handler as text.
///
/// The runtime library would parse it first, and would answer what is not JSON with an
/// error of its own, whose text is not meant for the person signing up.
pub(crate) struct AsText;

/// The service that [`AsText`] makes of another.
#[derive(Clone)]
pub(crate) struct TextService<S>(S);

impl<S> Layer<S> for AsText {
    type Service = TextService<S>;

    fn layer(&self, inner: S) -> TextService<S> {
        TextService(inner)
    }
}

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for TextService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> S::Future {
        // What is no text, or too much to copy, becomes null: the handler says so.
        let body = Some(&invocation.body).filter(|body| body.len() <= Event::MOST_BYTES);
        let text = body.and_then(|body| std::str::from_utf8(body).ok());
        let text = text.map_or(Value::Null, Value::from);
        invocation.body = text.to_string().into();
        self.0.call(invocation)
    }
}
