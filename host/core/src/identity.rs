//! The identity of a person at an identity provider, as Cognito writes it in a user name.

/// An external identity, from the user name `<provider>_<id>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExternalIdentity<'a> {
    /// The name of the provider as Cognito writes it, which is in lower case if the pool ignores
    /// the case of user names.
    pub provider: &'a str,
    /// The id of the person at the provider. It may contain underscores.
    pub user_id: &'a str,
}

impl ExternalIdentity<'_> {
    /// Splits a user name at its first underscore; `None` if it has none or a part is empty.
    ///
    /// The name of a provider cannot contain an underscore.
    pub fn parse(user_name: &str) -> Option<ExternalIdentity<'_>> {
        let (provider, user_id) = user_name.split_once('_')?;
        let is_whole = !provider.is_empty() && !user_id.is_empty();
        is_whole.then_some(ExternalIdentity { provider, user_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_everything_after_the_first_underscore() {
        let parse = ExternalIdentity::parse;
        let expected = ExternalIdentity { provider: "Google", user_id: "1_2_3" };
        assert_eq!(parse("Google_1_2_3"), Some(expected));
        for name in ["", "mary", "_1", "Google_", "_"] {
            assert_eq!(parse(name), None, "{name}");
        }
    }
}
