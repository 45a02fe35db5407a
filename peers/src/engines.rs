//! The engines that are compared in process. All decide by the same rule: deny if the email
//! address is at a listed domain, or at one below it.

mod bare;
mod cedar;
mod extism;
mod regorus;
mod sandbox;

use admit_core::SignUp;
use serde::Serialize;

/// The listed domains.
pub(crate) const DOMAINS: [&str; 3] = ["spam.example", "throwaway.example", "bulk.example.net"];

/// One way to decide, by one engine.
pub(crate) struct Candidate {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// What is made for each sign-up, and what is kept.
    pub(crate) state: &'static str,
    /// How many decisions are timed as one.
    pub(crate) at_once: u32,
    decide: Decide,
}

type Decide = Box<dyn FnMut(&SignUp<'_>) -> anyhow::Result<Verdict>>;

/// What may run in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Code that nobody trusts.
    Sandbox,
    /// A language of its own that can do nothing but decide.
    Language,
    /// Code that is trusted with everything.
    Native,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allow,
    Deny,
}

/// The members of a sign-up that `admit` shows a policy that reads the email address; the
/// others get the same.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    trigger_source: &'a str,
    region: &'a str,
    user_pool_id: &'a str,
    client_id: &'a str,
    user_attributes: Attributes<'a>,
}

#[derive(Serialize)]
struct Attributes<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

/// All of them, ready to decide; `admit` is the first.
pub(crate) fn candidates() -> anyhow::Result<Vec<Candidate>> {
    let mut candidates = vec![sandbox::candidate()?];
    candidates.extend(extism::candidates()?);
    candidates.extend(regorus::candidates()?);
    candidates.extend(cedar::candidates()?);
    candidates.push(bare::candidate());
    Ok(candidates)
}

impl Candidate {
    fn new(
        name: &'static str,
        kind: Kind,
        state: &'static str,
        decide: impl FnMut(&SignUp<'_>) -> anyhow::Result<Verdict> + 'static,
    ) -> Candidate {
        Candidate { name, kind, state, at_once: 1, decide: Box::new(decide) }
    }

    /// Decides one sign-up. What it made for that is dropped as well.
    pub(crate) fn decide(&mut self, sign_up: &SignUp<'_>) -> anyhow::Result<Verdict> {
        (self.decide)(sign_up)
    }
}

impl Kind {
    /// Whether it is a sandbox for untrusted code, in the words of the table.
    pub(crate) fn sandbox(self) -> &'static str {
        match self {
            Kind::Sandbox => "yes",
            Kind::Language => "for its language alone",
            Kind::Native => "no",
        }
    }
}

impl<'a> View<'a> {
    fn of(sign_up: &'a SignUp<'_>) -> View<'a> {
        View {
            trigger_source: &sign_up.trigger_source,
            region: &sign_up.region,
            user_pool_id: &sign_up.user_pool_id,
            client_id: &sign_up.client_id,
            user_attributes: Attributes { email: sign_up.attribute("email") },
        }
    }
}
