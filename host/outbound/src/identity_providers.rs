//! The identity providers of a pool.

use crate::call_error::CallError;
use crate::personal::Personal;
use crate::service::Service;
use serde::Deserialize;
use serde_json::json;
use std::time::Instant;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawPage {
    providers: Vec<RawProvider>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawProvider {
    provider_name: String,
}

/// The names of the identity providers of a pool, of all pages.
pub(crate) async fn list_identity_providers(
    service: &Service,
    user_pool_id: &str,
    deadline: Instant,
) -> Result<Vec<String>, CallError> {
    let mut input = json!({ "UserPoolId": user_pool_id, "MaxResults": 60 });
    let mut names = Vec::new();
    for _ in 0..service.options().max_pages {
        let page = service.read("ListIdentityProviders", &input, Personal::default(), deadline);
        let page: RawPage = page.await?;
        names.extend(page.providers.into_iter().map(|provider| provider.provider_name));
        match page.next_token {
            Some(token) => input["NextToken"] = token.into(),
            None => return Ok(names),
        }
    }
    // An incomplete list could lack the provider that is looked for.
    Err(CallError::TooLarge)
}
