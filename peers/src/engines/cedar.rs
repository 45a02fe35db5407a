//! Cedar, with the list in the text of its policies. It has no lower case and no splitting, but
//! patterns, and those suffice here.

use super::{Candidate, DOMAINS, Kind, Verdict, View};
use admit_core::SignUp;
use anyhow::bail;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request, RestrictedExpression,
};

/// What is asked about each sign-up: the same types each time.
struct Cedar {
    policies: PolicySet,
    authorizer: Authorizer,
    entities: Entities,
    client: EntityTypeName,
    action: EntityTypeName,
    user_pool: EntityTypeName,
}

pub(super) fn candidates() -> anyhow::Result<[Candidate; 2]> {
    let text = text();
    let reused = Cedar::parse(&text)?;
    Ok([
        Candidate::new("Cedar", Kind::Language, "parsed anew each time", move |sign_up| {
            Cedar::parse(&text)?.decide(sign_up)
        }),
        Candidate::new("Cedar", Kind::Language, "one policy set, used again", move |sign_up| {
            reused.decide(sign_up)
        }),
    ])
}

/// Whoever is not forbidden is permitted.
fn text() -> String {
    let patterns = DOMAINS.map(|domain| {
        format!("context.email like \"*@{domain}\" || context.email like \"*@*.{domain}\"")
    });
    format!(
        "permit(principal, action, resource);\n\
         @code(\"email-domain-blocked\")\n\
         @message(\"Please sign up with another email address\")\n\
         forbid(principal, action, resource)\n\
         when {{ context has email && ({}) }};\n",
        patterns.join(" || ")
    )
}

impl Cedar {
    fn parse(text: &str) -> anyhow::Result<Cedar> {
        Ok(Cedar {
            policies: text.parse()?,
            authorizer: Authorizer::new(),
            entities: Entities::empty(),
            client: "Client".parse()?,
            action: "Action".parse()?,
            user_pool: "UserPool".parse()?,
        })
    }

    fn decide(&self, sign_up: &SignUp<'_>) -> anyhow::Result<Verdict> {
        let view = View::of(sign_up);
        let entity = |kind: &EntityTypeName, id: &str| {
            EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
        };
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let email = view.user_attributes.email;
        let context = [("region".to_owned(), text(view.region))]
            .into_iter()
            .chain(email.map(|email| ("email".to_owned(), text(email))));
        let request = Request::new(
            entity(&self.client, view.client_id),
            entity(&self.action, view.trigger_source),
            entity(&self.user_pool, view.user_pool_id),
            Context::from_pairs(context)?,
            None,
        )?;
        let response = self.authorizer.is_authorized(&request, &self.policies, &self.entities);
        // A policy that fails would be treated as if it were not there.
        if let Some(error) = response.diagnostics().errors().next() {
            bail!("{error}");
        }
        Ok(match response.decision() {
            Decision::Allow => Verdict::Allow,
            Decision::Deny => Verdict::Deny,
        })
    }
}
