//! The rule that is compared, as its author would write it for Extism.

use extism_pdk::{FnResult, Json, config, plugin_fn};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignUp {
    user_attributes: UserAttributes,
}

#[derive(Deserialize)]
struct UserAttributes {
    email: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Verdict {
    Allow,
    Deny { code: &'static str, message: &'static str },
}

/// Decides one sign-up.
#[plugin_fn]
pub fn evaluate(Json(sign_up): Json<SignUp>) -> FnResult<Json<Verdict>> {
    let Some(email) = sign_up.user_attributes.email else { return Ok(Json(Verdict::Allow)) };
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let blocked = domains()?.iter().any(|listed| {
        domain
            .strip_suffix(listed.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    Ok(Json(match blocked {
        true => Verdict::Deny {
            code: "email-domain-blocked",
            message: "Please sign up with another email address",
        },
        false => Verdict::Allow,
    }))
}

/// The list, which a plugin that is used again has parsed before.
fn domains() -> FnResult<&'static [String]> {
    static DOMAINS: OnceLock<Vec<String>> = OnceLock::new();

    if let Some(domains) = DOMAINS.get() {
        return Ok(domains);
    }
    let text = config::get("domains")?.unwrap_or_default();
    let domains = serde_json::from_str(&text)?;
    Ok(DOMAINS.get_or_init(|| domains))
}
