//! The keys that sign requests.

use std::fmt;
use thiserror::Error;

/// The AWS credentials that sign requests. They cannot be printed.
#[derive(Clone)]
pub struct Credentials(aws_credential_types::Credentials);

/// A variable of the environment that is needed and is not set.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the environment variable {0} is not set: AWS credentials are needed to sign requests")]
pub struct MissingVariable(&'static str);

impl Credentials {
    /// The credentials of an access key; with a session token if they are temporary.
    pub fn new(
        access_key_id: &str,
        secret_access_key: &str,
        session_token: Option<&str>,
    ) -> Credentials {
        Credentials(aws_credential_types::Credentials::new(
            access_key_id,
            secret_access_key,
            session_token.map(str::to_owned),
            None,
            "admit",
        ))
    }

    /// The credentials in the variables that Lambda sets: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`
    /// and `AWS_SESSION_TOKEN`. The last is absent if the credentials are not temporary.
    pub fn from_environment() -> Result<Credentials, MissingVariable> {
        Credentials::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(
        value: impl Fn(&str) -> Option<String>,
    ) -> Result<Credentials, MissingVariable> {
        let value = |name| value(name).filter(|value| !value.is_empty());
        let required = |name| value(name).ok_or(MissingVariable(name));
        let id = required("AWS_ACCESS_KEY_ID")?;
        let secret = required("AWS_SECRET_ACCESS_KEY")?;
        Ok(Credentials::new(&id, &secret, value("AWS_SESSION_TOKEN").as_deref()))
    }

    pub(crate) fn into_inner(self) -> aws_credential_types::Credentials {
        self.0
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<Credentials, MissingVariable> {
        Credentials::from_variables(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_missing_variable_is_named() {
        let missing = |variables: &[(&str, &str)]| from(variables).unwrap_err().to_string();
        assert!(missing(&[]).contains("AWS_ACCESS_KEY_ID is not set"));
        let id = ("AWS_ACCESS_KEY_ID", "AKID");
        assert!(missing(&[id]).contains("AWS_SECRET_ACCESS_KEY is not set"));
        assert!(missing(&[id, ("AWS_SECRET_ACCESS_KEY", "")]).contains("AWS_SECRET_ACCESS_KEY"));
    }

    #[test]
    fn only_temporary_credentials_have_a_token() {
        let keys = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        assert_eq!(from(&keys).unwrap().into_inner().session_token(), None);
        let [id, secret] = keys;
        let temporary = from(&[id, secret, ("AWS_SESSION_TOKEN", "token")]).unwrap();
        assert_eq!(temporary.into_inner().session_token(), Some("token"));
    }

    #[test]
    fn credentials_are_not_printed() {
        let credentials = Credentials::new("AKID", "secret", Some("token"));
        assert_eq!(format!("{credentials:?}"), "Credentials");
    }
}
