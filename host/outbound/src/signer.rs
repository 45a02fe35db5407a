//! AWS signatures.

use crate::credentials::Credentials;
use crate::region::Region;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use std::time::SystemTime;

/// The name of the service in signatures.
const SERVICE: &str = "cognito-idp";

/// Signs requests with the credentials of the function.
pub(crate) struct Signer {
    region: Region,
    credentials: aws_credential_types::Credentials,
}

impl Signer {
    pub(crate) fn new(region: Region, credentials: Credentials) -> Signer {
        Signer { region, credentials: credentials.into_inner() }
    }

    /// Signs a request to a URL, with all of its headers so far.
    pub(crate) fn sign(
        &self,
        request: &mut Request<Full<Bytes>>,
        url: &str,
        body: &[u8],
    ) -> Result<(), String> {
        // The errors hold settings at most.
        let cannot_sign =
            |error: &dyn std::fmt::Display| format!("cannot sign the request: {error}");
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region.as_str())
            .name(SERVICE)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| cannot_sign(&error))?
            .into();
        let headers = request.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let signable = SignableRequest::new(
            request.method().as_str(),
            url,
            headers,
            SignableBody::Bytes(body),
        )
        .map_err(|error| cannot_sign(&error))?;
        let (instructions, _) =
            sign(signable, &params).map_err(|error| cannot_sign(&error))?.into_parts();
        instructions.apply_to_request_http1x(request);
        Ok(())
    }
}
