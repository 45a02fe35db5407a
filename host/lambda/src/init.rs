//! Reports to Lambda that the function cannot start.

use admit_core::FAILURE_MESSAGE;
use lambda_runtime::Diagnostic;
use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{BoxError, Client, build_request};

/// Reports to Lambda that this function cannot start.
///
/// The message reaches the person signing up, so it does not contain the reason, which is logged. A
/// failure to report is ignored, since the process exits anyway.
pub(crate) async fn report() {
    let _ = try_report().await;
}

async fn try_report() -> Result<(), BoxError> {
    let diagnostic = Diagnostic {
        error_type: "Admit.BundleError".to_owned(),
        error_message: FAILURE_MESSAGE.to_owned(),
    };
    let request = build_request()
        .method("POST")
        .uri("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", &diagnostic.error_type)
        .body(Body::from(serde_json::to_vec(&diagnostic)?))?;
    Client::builder().build()?.call(request).await?;
    Ok(())
}
