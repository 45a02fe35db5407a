//! The messages between a function and Lambda.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A request of a function to the Runtime API.
pub(crate) enum Call<'a> {
    /// It waits for an event.
    Next,
    /// It has an answer to the invocation of this id.
    Response(&'a str),
    /// The invocation of this id has failed.
    Error(&'a str),
    /// It could not start.
    InitError,
}

impl<'a> Call<'a> {
    /// The request that a path means; `None` if the Runtime API does not have it.
    pub(crate) fn of(path: &'a str) -> Option<Call<'a>> {
        let mut parts = path.strip_prefix("/2018-06-01/runtime/")?.split('/');
        match [parts.next()?, parts.next()?, parts.next().unwrap_or_default()] {
            ["invocation", "next", ""] => Some(Call::Next),
            ["invocation", id, "response"] => Some(Call::Response(id)),
            ["invocation", id, "error"] => Some(Call::Error(id)),
            ["init", "error", ""] => Some(Call::InitError),
            _ => None,
        }
    }
}

/// The answer to a message that needs none.
pub(crate) const ACCEPTED: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

/// An answer to anything: a status, and what Lambda says with it.
pub(crate) fn status(status: u16) -> Vec<u8> {
    let body = "{\"errorMessage\":\"No\",\"errorType\":\"No\"}";
    let length = body.len();
    format!("HTTP/1.1 {status} No\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// The answer to [`Call::Next`]: an event, with the time to answer it and with these lines
/// of the header besides the usual.
pub(crate) fn invocation(id: &str, event: &[u8], header: &str, time: Duration) -> Vec<u8> {
    let deadline = SystemTime::now() + time;
    let deadline = deadline.duration_since(UNIX_EPOCH).expect("a clock").as_millis();
    let mut response = format!(
        "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: {id}\r\n\
         lambda-runtime-deadline-ms: {deadline}\r\nlambda-runtime-invoked-function-arn: \
         arn:aws:lambda:us-east-1:123456789012:function:admit\r\ncontent-type: \
         application/json\r\n{header}content-length: {}\r\n\r\n",
        event.len()
    )
    .into_bytes();
    response.extend(event);
    response
}

/// Puts a command where a function is: into Lambda's environment, without what is set for these
/// tests alone.
pub(crate) fn environment<'a>(command: &'a mut Command, address: &str) -> &'a mut Command {
    let is_set = |name: &OsStr| command.get_envs().any(|(set, _)| set == name);
    let ours = env::vars_os().map(|(name, _)| name);
    let ours = ours.filter(|name| name.to_string_lossy().starts_with("ADMIT_") && !is_set(name));
    for name in ours.collect::<Vec<OsString>>() {
        command.env_remove(name);
    }
    command
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "admit")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
}
