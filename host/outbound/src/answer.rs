//! What the service's answer means.

use crate::call_error::CallError;
use crate::connection::Answer;
use crate::personal::Personal;
use hyper::http::HeaderMap;
use hyper::http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// An error that the service reports.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    /// The name of the error, such as `InvalidParameterException`; empty if the service gives none.
    code: String,
    message: String,
}

/// Names of errors that say that there are too many requests.
const THROTTLED: [&str; 5] = [
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "TooManyRequestsException",
];

/// Names of errors about credentials and permissions.
const ACCESS_DENIED: [&str; 14] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorizedException",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Names of errors of the service itself.
const UNAVAILABLE: [&str; 5] = [
    "InternalErrorException",
    "InternalFailure",
    "InternalServerError",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];

/// The result in an answer, or the service's error.
pub(crate) fn result<T: DeserializeOwned>(answer: Answer) -> Result<Result<T, Refusal>, CallError> {
    let status = answer.head.status.as_u16();
    let is_json = is_json(&answer.head.headers);
    if status != 200 {
        return Ok(Err(refusal(status, &answer.head.headers, is_json, &answer.body)));
    }
    if !is_json {
        return Err(CallError::Malformed("not JSON by its content type".to_owned()));
    }
    serde_json::from_slice(&answer.body).map(Ok).map_err(|error| {
        // Not with the parser's words, which may hold a value.
        let (line, column) = (error.line(), error.column());
        let what = if error.is_data() { "not the documented members" } else { "not JSON" };
        CallError::Malformed(format!("{what} at line {line}, column {column}"))
    })
}

/// Whether the content type is JSON: Cognito's is `application/x-amz-json-1.1`.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.starts_with("application/x-amz-json-")
}

fn refusal(status: u16, headers: &HeaderMap, is_json: bool, body: &[u8]) -> Refusal {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Body {
        #[serde(rename = "__type", alias = "code")]
        kind: String,
        #[serde(alias = "Message")]
        message: String,
    }
    let body: Body = Some(body)
        .filter(|_| is_json)
        .and_then(|body| serde_json::from_slice(body).ok())
        .unwrap_or_default();
    let header = headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let kind = header.unwrap_or(&body.kind);
    // As in `com.amazonaws.cognito#NotAuthorizedException` and in `NotAuthorizedException:http://…`.
    let code = kind.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    let code = code.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    Refusal { status, code, message: body.message }
}

impl Refusal {
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// Whether the service's words contain these.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.message.contains(words)
    }

    /// The error, in words without personal values.
    pub(crate) fn into_error(self, personal: Personal<'_>) -> CallError {
        let code = self.code.as_str();
        if self.status == 429 || THROTTLED.contains(&code) {
            return CallError::Throttled;
        }
        let is_denied = matches!(self.status, 401 | 403) || ACCESS_DENIED.contains(&code);
        let is_down = self.status >= 500 || UNAVAILABLE.contains(&code);
        let reason = self.reason(personal);
        if is_denied {
            CallError::AccessDenied(reason)
        } else if is_down {
            CallError::Unavailable(reason)
        } else {
            CallError::Rejected(reason)
        }
    }

    fn reason(&self, personal: Personal<'_>) -> String {
        let message = personal.remove_from(&self.message);
        match (self.code.as_str(), message.as_str()) {
            ("", "") => format!("status {}", self.status),
            ("", message) => format!("status {}: {message}", self.status),
            (code, "") => code.to_owned(),
            (code, message) => format!("{code}: {message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, header: Option<&str>, body: &str) -> CallError {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert("x-amzn-errortype", header.parse().unwrap());
        }
        let personal = Personal(&["mary_major"]);
        refusal(status, &headers, true, body.as_bytes()).into_error(personal)
    }

    #[test]
    fn an_error_has_a_kind() {
        let body = |kind: &str| format!(r#"{{"__type":"{kind}","message":"of mary_major"}}"#);
        let of = |kind: &str| error(400, None, &body(kind));
        let reason = |kind: &str| format!("{kind}: of [removed]");
        for kind in THROTTLED {
            assert_eq!(of(kind), CallError::Throttled);
        }
        for kind in ACCESS_DENIED {
            assert_eq!(of(kind), CallError::AccessDenied(reason(kind)));
        }
        for kind in UNAVAILABLE {
            assert_eq!(of(kind), CallError::Unavailable(reason(kind)));
        }
        let other = "InvalidParameterException";
        assert_eq!(of(other), CallError::Rejected(reason(other)));
    }

    #[test]
    fn a_status_is_enough() {
        assert_eq!(error(429, None, ""), CallError::Throttled);
        assert_eq!(error(403, None, "<html>"), CallError::AccessDenied("status 403".to_owned()));
        assert_eq!(error(503, None, ""), CallError::Unavailable("status 503".to_owned()));
        assert_eq!(error(301, None, ""), CallError::Rejected("status 301".to_owned()));
    }

    #[test]
    fn the_name_is_found_where_aws_puts_it() {
        let header = Some("TooManyRequestsException:http://internal.amazon.com/");
        assert_eq!(error(400, header, "{}"), CallError::Throttled);
        let body = r#"{"__type":"com.amazonaws.cognito#UserNotFoundException","Message":"gone"}"#;
        assert_eq!(
            error(400, None, body),
            CallError::Rejected("UserNotFoundException: gone".to_owned())
        );
    }
}
