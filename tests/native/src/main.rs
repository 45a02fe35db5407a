//! The three samples of AWS as one bare handler, to measure against.

use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use std::future::ready;
use tokio::runtime;

/// The settings of the sample manifest.
const MAX_CHARACTERS: usize = 5;

fn main() -> Result<(), Error> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(service_fn(|event: LambdaEvent<Value>| ready(decide(event.payload)))))
}

fn decide(mut event: Value) -> Result<Value, Diagnostic> {
    if event["userName"].as_str().is_none_or(|name| name.chars().count() < MAX_CHARACTERS) {
        return Err(Diagnostic {
            error_type: "SignUpDenied".to_owned(),
            error_message: format!(
                "Cannot register users with username less than the minimum length of {MAX_CHARACTERS}"
            ),
        });
    }
    let attributes = &event["request"]["userAttributes"];
    let attribute = |name: &str| attributes[name].as_str().filter(|value| !value.is_empty());
    let (email, phone) = (attribute("email"), attribute("phone_number"));
    let domain = email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
    let is_corporate = domain.is_some() && domain == attribute("custom:domain");
    let (email, phone) = (email.is_some(), phone.is_some());
    let response = &mut event["response"];
    // AWS's first sample, then its second, which confirms every sign-up.
    response["autoConfirmUser"] = is_corporate.into();
    response["autoConfirmUser"] = true.into();
    response["autoVerifyEmail"] = email.into();
    response["autoVerifyPhone"] = phone.into();
    Ok(event)
}
