//! Every distinct outcome of a policy that can vote on the link, and the sign-ups to try them with.

use admit_core::{
    Ballot, Denial, Failure, Flag, LINK_TRIGGER, LinkVote, Mode, OnFailure, Outcome, Permission,
    PolicyId, SignUp, Terms, UserName, Verdict, Vote, Votes,
};

/// Returns every state with votes on the link and `confirm`, for two users: 60 states.
pub(crate) fn link_states() -> Vec<Outcome> {
    let user = |name| LinkVote::Grant(UserName::new(name));
    let links = [LinkVote::Abstain, user("mary"), user("jane"), LinkVote::Withhold];
    let mut answers: Vec<Result<Verdict, Failure>> = vec![
        Err(Failure::Undecided(String::new())),
        Ok(Verdict::Deny(Denial::new("code", "message", 256))),
    ];
    for link in links {
        for confirm in [Vote::Abstain, Vote::Grant] {
            let flags = Votes::default().with(Flag::Confirm, confirm);
            answers.push(Ok(Verdict::Allow(Ballot { flags, link: link.clone() })));
        }
    }
    let permissions = [
        vec![],
        vec![Permission::Link],
        vec![Permission::Deny, Permission::Flag(Flag::Confirm), Permission::Link],
    ];
    let mut states = Vec::new();
    for answer in answers {
        for permissions in &permissions {
            for mode in [Mode::Enforce, Mode::Monitor] {
                let verdicts = permissions.iter().copied().collect();
                let terms = Terms { verdicts, mode, on_failure: OnFailure::Deny };
                let policy = PolicyId::new("policy").expect("a name");
                states.push(Outcome { policy, terms, answer: answer.clone() });
            }
        }
    }
    states
}

/// Returns a first sign-in through an identity provider, and a sign-up by a person.
pub(crate) fn link_sign_ups() -> [SignUp<'static>; 2] {
    [LINK_TRIGGER, "PreSignUp_SignUp"]
        .map(|trigger| SignUp { trigger_source: trigger.into(), ..SignUp::default() })
}
