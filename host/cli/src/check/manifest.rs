//! What holds of a manifest as a whole.

use super::cases;
use super::examined::CheckedComponents;
use super::longest::longest;
use super::uncovered::uncovered;
use crate::cases::Suite;
use crate::check::finding::{Document, Finding, Findings, Place, Rule};
use admit_core::{KeyPath, Manifest, Mode, Policy, Time, WhenNoPolicyApplies};
use std::rc::Rc;

/// How many pools and clients are named that no policy with `deny` covers.
const MAX_PLACES: usize = 100;

pub(super) fn check(document: &Rc<Document>, manifest: &Manifest, findings: &mut Findings) {
    let whole = || Place::File(document.file.clone());
    if manifest.policies.is_empty() {
        if manifest.when_no_policy_applies.is_none() {
            let message = "it names no policy: every sign-up would be admitted";
            findings.add(Rule::NoPolicy, whole(), message);
        }
        return;
    }
    let uncovered = uncovered(manifest);
    if !uncovered.is_empty() {
        let mut places = uncovered[..uncovered.len().min(MAX_PLACES)].join(", or ");
        if let Some(more @ 1..) = uncovered.len().checked_sub(MAX_PLACES) {
            places += &format!("; and {more} more such places");
        }
        let message = format!("no policy that may deny is asked about {places}");
        let place = Place::key_or_file(document, &KeyPath::default().key("when-no-policy-applies"));
        findings.add(Rule::Uncovered, place, message);
    }
    if manifest.policies.iter().all(|policy| policy.terms.mode == Mode::Monitor)
        && manifest.when_no_policy_applies != Some(WhenNoPolicyApplies::Deny)
    {
        let message = "every policy only monitors: everybody is admitted";
        findings.add(Rule::NobodyDecides, whole(), message);
    }
    let most = longest(&manifest.policies);
    if most > manifest.budget.duration() {
        let message = format!(
            "the policies that one sign-up can concern may take {} by their `limits.time`, and all \
             together have {}: raise `budget`, {} is the most, or lower their limits",
            Time::from(most),
            manifest.budget,
            Manifest::MAX_BUDGET
        );
        let place = Place::key_or_file(document, &KeyPath::default().key("budget"));
        findings.add(Rule::Budget, place, message);
    }
}

/// The cases beside it, which ask all its policies or one of them.
pub(super) fn check_cases(
    cases: &Suite,
    document: &Rc<Document>,
    manifest: &Manifest,
    workshop: &CheckedComponents,
    findings: &mut Findings,
) {
    if let Some(message) = cases::missing(cases) {
        findings.add(Rule::NoCases, Place::File(document.file.clone()), message);
        return;
    }
    // Without one of the components nobody can be asked, which was said.
    let examined = |policy: &Policy| workshop.examined(&policy.component);
    let is_compiled =
        |policy| examined(policy).is_some_and(|component| component.compiled.is_some());
    if !manifest.policies.iter().all(is_compiled) {
        return;
    }
    let tried = cases::try_out(cases);
    for cases::Flaw { policy, place, message } in tried.flaws {
        findings.list.push(Finding { rule: Rule::Case, place, policy, message });
    }
    for (id, code) in tried.undeclared {
        let found = manifest.policies.iter().enumerate().find(|(_, policy)| policy.id == id);
        let Some((index, policy)) = found else { continue };
        if examined(policy).is_none_or(|component| !component.undeclared.contains(&code)) {
            let place = Place::key(document, &KeyPath::policy(index).key("component"));
            let (rule, message) = (Rule::DenialUndeclared, cases::undeclared(&code));
            findings.list.push(Finding { rule, place, policy: Some(id), message });
        }
    }
}

/// The triggers that a policy waits for and Cognito is not known to send.
pub(super) fn unknown_triggers(policy: &Policy) -> impl Iterator<Item = &String> {
    let known = |trigger: &&String| admit_cognito::TRIGGERS.contains(&trigger.as_str());
    policy.applies_to.triggers.iter().filter(move |trigger| !known(trigger))
}
