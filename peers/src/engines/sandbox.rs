//! `admit` itself: the sample policy `blocked-email-domains`, as it is, out of a bundle as the
//! function loads it.

use super::{Candidate, DOMAINS, Kind, Verdict};
use admit_core::Answer;
use admit_engine::{Engine, bundle};
use admit_tests::{Bundle, root};
use anyhow::{anyhow, bail};
use std::time::Duration;

/// More than the rule takes.
const LEFT: Duration = Duration::from_secs(2);

pub(super) fn candidate() -> anyhow::Result<Candidate> {
    let component = root().join("plugins/blocked-email-domains");
    let bundle = Bundle::with(&format!(
        "[[policy]]\nid = \"blocked-email-domains\"\ncomponent = {component:?}\n\
         reads = [\"userAttributes.email\"]\nverdicts = [\"deny\"]\n\
         settings = {{ domains = {DOMAINS:?} }}\n"
    ));
    let (policies, _) = bundle::load(Engine::new(1)?, &bundle.path())?;
    Ok(Candidate::new("`admit`", Kind::Sandbox, "a fresh sandbox each time", move |sign_up| {
        // Files of a bundle may be read as late as a policy is first asked.
        let _ = &bundle;
        let deliberation = policies.decide(sign_up, LEFT);
        for evaluation in &deliberation.evaluations {
            if let Err(failure) = &evaluation.answer {
                bail!("the policy gave no answer: {failure}");
            }
        }
        match deliberation.evaluations.len() {
            1 => {}
            asked => return Err(anyhow!("{asked} policies were asked instead of one")),
        }
        Ok(match deliberation.decision.answer {
            Answer::Admit(_) => Verdict::Allow,
            Answer::Deny(_) => Verdict::Deny,
        })
    }))
}
