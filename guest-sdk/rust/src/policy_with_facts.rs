//! The trait that a policy with facts implements.

use serde::de::DeserializeOwned;

use crate::policy::parse_settings;
use crate::{Error, Facts, LinkVerdict, SignUp};

/// A policy that needs to know more than the sign-up: it also receives [`Facts`], which the host
/// looks up before.
///
/// Its `policy.toml` names each fact by a role, and the manifest binds the role to a
/// look-up. It is otherwise a [`Policy`](crate::Policy): the answer must depend on nothing but the
/// settings, the sign-up and the facts.
///
/// ```
/// use admit_policy::{Error, Facts, LinkVerdict, NoSettings, PolicyWithFacts, SignUp, Verdict};
///
/// /// Denies a second account with the same email address.
/// struct OneAccount;
///
/// impl PolicyWithFacts for OneAccount {
///     type Settings = NoSettings;
///
///     fn configure(_: NoSettings) -> Result<Self, Error> {
///         Ok(Self)
///     }
///
///     fn evaluate(&self, _: &SignUp, facts: &Facts) -> Result<LinkVerdict, Error> {
///         if facts.users("user")?.is_empty() {
///             return Ok(Verdict::allow().into());
///         }
///         Ok(Verdict::deny("account-exists", "There is an account with this address").into())
///     }
/// }
///
/// admit_policy::export_with_facts!(OneAccount);
///
/// // In a project of your own, the lines below are a `#[test]` function.
/// let policy = OneAccount::from_json("{}")?;
/// let facts = Facts::builder().users("user", []).build();
/// let verdict = policy.evaluate(&SignUp::builder().build(), &facts)?;
/// assert_eq!(verdict.verdict(), &Verdict::allow());
/// # Ok::<(), Error>(())
/// ```
pub trait PolicyWithFacts: Sized {
    /// The settings, as in [`Policy::Settings`](crate::Policy::Settings).
    type Settings: DeserializeOwned;

    /// Makes the policy from its settings, as [`Policy::configure`](crate::Policy::configure) does.
    ///
    /// # Errors
    ///
    /// Says, to the author of the manifest, what is wrong with the settings.
    fn configure(settings: Self::Settings) -> Result<Self, Error>;

    /// Decides on one sign-up.
    ///
    /// # Errors
    ///
    /// An error means "could not decide". It denies the sign-up unless the manifest says otherwise,
    /// with a fixed message in place of this one.
    fn evaluate(&self, sign_up: &SignUp, facts: &Facts) -> Result<LinkVerdict, Error>;

    /// Makes the policy from settings as JSON, the way the host does.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the JSON and in which line and column, or what
    /// [`configure`](PolicyWithFacts::configure) says.
    fn from_json(settings: &str) -> Result<Self, Error> {
        Self::configure(parse_settings(settings)?)
    }
}
