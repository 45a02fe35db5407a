//! The responses of the API, including its errors.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};
use serde_json::json;

/// A response with a complete body.
pub(super) type Answer = Response<Full<Bytes>>;

/// An error of the API.
pub(super) struct Problem {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, kind: &'static str, message: &str) -> Problem {
        Problem { status, kind, message: message.to_owned() }
    }
}

/// The error in the format of Lambda.
impl From<Problem> for Answer {
    fn from(problem: Problem) -> Answer {
        let body = json!({ "Type": "User", "Message": problem.message }).to_string();
        let mut response = json_response(problem.status, body);
        let kind = HeaderValue::from_static(problem.kind);
        response.headers_mut().insert("x-amzn-errortype", kind);
        response
    }
}

/// A response in JSON.
pub(super) fn json_response(status: StatusCode, body: String) -> Answer {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    response
}

/// A response without a body.
pub(super) fn empty(status: StatusCode) -> Answer {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
