//! A sign-up, as a policy sees it.

use crate::bindings::admit::policy::types as wit;

/// One sign-up, as far as this policy may see it.
///
/// The manifest names, under `reads`, what a policy may see. Everything else
/// looks as if the sign-up did not have it: an empty text or no entry. Only the
/// trigger source, the region, the user pool and the app client are always there.
///
/// Names and values are arbitrary text that the person signing up may have
/// chosen. [`builder`](SignUp::builder) makes a sign-up for a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUp {
    trigger_source: String,
    region: String,
    user_pool_id: String,
    client_id: String,
    user_name: String,
    attributes: Entries,
    validation_data: Entries,
    client_metadata: Entries,
}

// In the order of the event; every name occurs once.
type Entries = Vec<(String, String)>;

/// The trigger of a sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerSource<'a> {
    /// A person, with `PreSignUp_SignUp`.
    SignUp,
    /// An administrator, with `PreSignUp_AdminCreateUser`.
    ///
    /// Cognito respects a denial here, and ignores the three flags.
    AdminCreateUser,
    /// The first sign-in through an identity provider, with
    /// `PreSignUp_ExternalProvider`.
    ExternalProvider,
    /// Another word of Cognito's, or an empty text if the event did not say.
    ///
    /// Treat a word that you do not know as unknown, never as one of the others.
    Other(&'a str),
}

impl SignUp {
    /// Starts a sign-up for a test.
    ///
    /// It is one by a person (`PreSignUp_SignUp`) with nothing else in it.
    ///
    /// ```
    /// use admit_policy::SignUp;
    ///
    /// let sign_up = SignUp::builder()
    ///     .user_name("mary")
    ///     .attribute("email", "mary@example.com")
    ///     .build();
    ///
    /// assert_eq!(sign_up.email_domain(), Some("example.com"));
    /// ```
    pub fn builder() -> SignUpBuilder {
        SignUpBuilder {
            sign_up: Self {
                trigger_source: SIGN_UP.to_owned(),
                region: String::new(),
                user_pool_id: String::new(),
                client_id: String::new(),
                user_name: String::new(),
                attributes: Entries::new(),
                validation_data: Entries::new(),
                client_metadata: Entries::new(),
            },
        }
    }

    /// Returns what started the sign-up.
    #[must_use]
    pub fn trigger_source(&self) -> TriggerSource<'_> {
        match self.trigger_source.as_str() {
            SIGN_UP => TriggerSource::SignUp,
            ADMIN_CREATE_USER => TriggerSource::AdminCreateUser,
            EXTERNAL_PROVIDER => TriggerSource::ExternalProvider,
            other => TriggerSource::Other(other),
        }
    }

    /// Returns the AWS region of the user pool, such as `eu-west-1`.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the id of the user pool, such as `eu-west-1_AbCdEfGhI`.
    #[must_use]
    pub fn user_pool_id(&self) -> &str {
        &self.user_pool_id
    }

    /// Returns the id of the app client, or `CLIENT_ID_NOT_APPLICABLE` where there
    /// is none.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns the user name (`userName`).
    ///
    /// In a pool that signs in by email it is a generated id, and for an identity
    /// provider `<provider>_<id>`.
    #[must_use]
    pub fn user_name(&self) -> &str {
        &self.user_name
    }

    /// Returns an attribute of the new user, such as `email` or `custom:domain`
    /// (`userAttributes.<name>`).
    ///
    /// An attribute may be there and blank.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        find(&self.attributes, name)
    }

    /// Returns all attributes, in the order of the event.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.attributes)
    }

    /// Returns an entry of what the app sent for checking only
    /// (`validationData.<name>`).
    #[must_use]
    pub fn validation_data(&self, name: &str) -> Option<&str> {
        find(&self.validation_data, name)
    }

    /// Returns all entries of the validation data, in the order of the event.
    pub fn validation_data_entries(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.validation_data)
    }

    /// Returns an entry of what the app sent for triggers
    /// (`clientMetadata.<name>`).
    #[must_use]
    pub fn client_metadata(&self, name: &str) -> Option<&str> {
        find(&self.client_metadata, name)
    }

    /// Returns all entries of the client metadata, in the order of the event.
    pub fn client_metadata_entries(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.client_metadata)
    }

    /// Returns the domain of the attribute `email`, as [`domain_of`] finds it.
    #[must_use]
    pub fn email_domain(&self) -> Option<&str> {
        self.attribute("email").and_then(domain_of)
    }
}

/// Returns the part behind the `@` of an email address.
///
/// There is none if the address has no `@`, has more than one, or has nothing on
/// one side of it. The domain is returned as it stands: compare it without
/// regard to case.
///
/// ```
/// use admit_policy::domain_of;
///
/// assert_eq!(domain_of("mary@Example.com"), Some("Example.com"));
/// assert_eq!(domain_of("mary@example.com@example.org"), None);
/// ```
#[must_use]
pub fn domain_of(address: &str) -> Option<&str> {
    let (local, domain) = address.split_once('@')?;
    let whole = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
    whole.then_some(domain)
}

/// Makes a [`SignUp`] for a test.
///
/// Setting the same member, or the same name of a list, twice replaces the first
/// value: in a sign-up every name occurs once.
#[derive(Debug, Clone)]
#[must_use = "`build` makes the sign-up"]
pub struct SignUpBuilder {
    sign_up: SignUp,
}

impl SignUpBuilder {
    /// Sets what started the sign-up, in Cognito's own words.
    pub fn trigger_source(mut self, trigger_source: impl Into<String>) -> Self {
        self.sign_up.trigger_source = trigger_source.into();
        self
    }

    /// Sets the region.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.sign_up.region = region.into();
        self
    }

    /// Sets the id of the user pool.
    pub fn user_pool_id(mut self, user_pool_id: impl Into<String>) -> Self {
        self.sign_up.user_pool_id = user_pool_id.into();
        self
    }

    /// Sets the id of the app client.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.sign_up.client_id = client_id.into();
        self
    }

    /// Sets the user name.
    pub fn user_name(mut self, user_name: impl Into<String>) -> Self {
        self.sign_up.user_name = user_name.into();
        self
    }

    /// Sets an attribute.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        set(&mut self.sign_up.attributes, name.into(), value.into());
        self
    }

    /// Sets an entry of the validation data.
    pub fn validation_data(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        set(&mut self.sign_up.validation_data, name.into(), value.into());
        self
    }

    /// Sets an entry of the client metadata.
    pub fn client_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        set(&mut self.sign_up.client_metadata, name.into(), value.into());
        self
    }

    /// Makes the sign-up.
    #[must_use]
    pub fn build(self) -> SignUp {
        self.sign_up
    }
}

impl From<wit::SignUp> for SignUp {
    fn from(request: wit::SignUp) -> Self {
        Self {
            trigger_source: request.trigger_source,
            region: request.region,
            user_pool_id: request.user_pool_id,
            client_id: request.client_id,
            user_name: request.user_name,
            attributes: request.user_attributes,
            validation_data: request.validation_data,
            client_metadata: request.client_metadata,
        }
    }
}

const SIGN_UP: &str = "PreSignUp_SignUp";
const ADMIN_CREATE_USER: &str = "PreSignUp_AdminCreateUser";
const EXTERNAL_PROVIDER: &str = "PreSignUp_ExternalProvider";

fn find<'a>(entries: &'a Entries, name: &str) -> Option<&'a str> {
    pairs(entries).find_map(|(key, value)| (key == name).then_some(value))
}

fn pairs(entries: &Entries) -> impl Iterator<Item = (&str, &str)> {
    entries.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

fn set(entries: &mut Entries, name: String, value: String) {
    match entries.iter_mut().find(|(key, _)| *key == name) {
        Some((_, old)) => *old = value,
        None => entries.push((name, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_sign_up_is_by_a_person() {
        let sign_up = SignUp::builder().build();

        assert_eq!(sign_up.trigger_source(), TriggerSource::SignUp);
        assert_eq!(sign_up.region(), "");
        assert_eq!(sign_up.user_pool_id(), "");
        assert_eq!(sign_up.client_id(), "");
        assert_eq!(sign_up.user_name(), "");
        assert_eq!(sign_up.attributes().count(), 0);
        assert_eq!(sign_up.validation_data_entries().count(), 0);
        assert_eq!(sign_up.client_metadata_entries().count(), 0);
        assert_eq!(sign_up.email_domain(), None);
    }

    #[test]
    fn members_are_told_apart() {
        let sign_up = SignUp::builder()
            .region("eu-west-1")
            .user_pool_id("eu-west-1_AbC")
            .client_id("client")
            .user_name("mary")
            .attribute("name", "attribute")
            .validation_data("name", "validation data")
            .client_metadata("name", "client metadata")
            .build();

        assert_eq!(sign_up.region(), "eu-west-1");
        assert_eq!(sign_up.user_pool_id(), "eu-west-1_AbC");
        assert_eq!(sign_up.client_id(), "client");
        assert_eq!(sign_up.user_name(), "mary");
        assert_eq!(sign_up.attribute("name"), Some("attribute"));
        assert_eq!(sign_up.validation_data("name"), Some("validation data"));
        assert_eq!(sign_up.client_metadata("name"), Some("client metadata"));
        assert_eq!(sign_up.attribute("Name"), None);
        assert_eq!(sign_up.validation_data(""), None);
        assert_eq!(sign_up.client_metadata("nam"), None);
    }

    #[test]
    fn entries_keep_their_order_and_occur_once() {
        let sign_up =
            SignUp::builder().attribute("b", "1").attribute("a", "").attribute("b", "2").build();

        assert!(sign_up.attributes().eq([("b", "2"), ("a", "")]));
        assert_eq!(sign_up.attribute("a"), Some(""));
    }

    #[test]
    fn trigger_sources_are_known_by_their_exact_word() {
        for (word, expected) in [
            ("PreSignUp_SignUp", TriggerSource::SignUp),
            ("PreSignUp_AdminCreateUser", TriggerSource::AdminCreateUser),
            ("PreSignUp_ExternalProvider", TriggerSource::ExternalProvider),
            ("presignup_signup", TriggerSource::Other("presignup_signup")),
            ("", TriggerSource::Other("")),
        ] {
            let sign_up = SignUp::builder().trigger_source(word).build();
            assert_eq!(sign_up.trigger_source(), expected);
        }
    }

    #[test]
    fn a_domain_follows_the_only_at_sign() {
        for (address, expected) in [
            ("mary@example.com", Some("example.com")),
            ("mary@Example.COM", Some("Example.COM")),
            ("m@x", Some("x")),
            ("", None),
            ("mary", None),
            ("@", None),
            ("mary@", None),
            ("@example.com", None),
            ("mary@example.com@example.org", None),
            ("mary@@example.com", None),
            ("mary@example.com@", None),
        ] {
            assert_eq!(domain_of(address), expected, "{address}");
            let sign_up = SignUp::builder().attribute("email", address).build();
            assert_eq!(sign_up.email_domain(), expected, "{address}");
        }
    }

    #[test]
    fn a_request_of_the_contract_keeps_every_member_in_its_place() {
        let entry = |name: &str| vec![(name.to_owned(), "value".to_owned())];
        let request = wit::SignUp {
            trigger_source: "PreSignUp_AdminCreateUser".to_owned(),
            region: "region".to_owned(),
            user_pool_id: "pool".to_owned(),
            client_id: "client".to_owned(),
            user_name: "name".to_owned(),
            user_attributes: entry("attribute"),
            validation_data: entry("validation"),
            client_metadata: entry("metadata"),
        };

        let expected = SignUp::builder()
            .trigger_source("PreSignUp_AdminCreateUser")
            .region("region")
            .user_pool_id("pool")
            .client_id("client")
            .user_name("name")
            .attribute("attribute", "value")
            .validation_data("validation", "value")
            .client_metadata("metadata", "value")
            .build();
        assert_eq!(SignUp::from(request), expected);
    }
}
