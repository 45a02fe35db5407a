//! Validation of the identifiers that Cognito assigns.
//!
//! Such an identifier is safe to log, while any other text in an event may be personal data.

/// Returns the text if it is a trigger, such as `PreSignUp_SignUp`.
pub fn trigger(text: &str) -> Option<&str> {
    let source = text.strip_prefix("PreSignUp_")?;
    (source.len() <= 64 && source.chars().all(|c| c.is_ascii_alphabetic())).then_some(text)
}

/// Returns the text if it is the id of a user pool: a region, or `local` in an emulator, then `_`,
/// then letters and digits.
pub fn user_pool(text: &str) -> Option<&str> {
    let (region, id) = text.split_once('_')?;
    let is_region = region == "local"
        || region.len() <= 32
            && region.contains('-')
            && region.ends_with(|c: char| c.is_ascii_digit())
            && region.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let is_id = (1..=32).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric());
    (is_region && is_id).then_some(text)
}

/// Returns the text if it is the id of an app client, or the placeholder for an administrator who
/// creates a user.
pub fn client(text: &str) -> Option<&str> {
    let is_id = (16..=128).contains(&text.len())
        && text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    (is_id || text == "CLIENT_ID_NOT_APPLICABLE").then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identifiers_of_cognito_are_recognised() {
        assert!(trigger("PreSignUp_SignUp").is_some());
        assert!(user_pool("us-east-1_EXAMPLE").is_some());
        assert!(user_pool("ap-southeast-2_aB3dE6gHi").is_some());
        assert!(user_pool("local_2OHaSAmp").is_some());
        assert!(client("57cbishk4j24pabc1234567890").is_some());
        assert!(client("CLIENT_ID_NOT_APPLICABLE").is_some());
        for other in ["", "mary_major", "mary@example.com", "a\nb", "SignUp", "+12065550100"] {
            assert_eq!((trigger(other), user_pool(other), client(other)), (None, None, None));
        }
    }
}
