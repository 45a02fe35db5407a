//! Checks of a manifest as a whole.

use super::cases;
use super::components::CheckedComponents;
use super::longest::longest;
use super::uncovered::uncovered;
use crate::cases::Suite;
use crate::check::finding::{Document, Finding, Findings, Place, Rule};
use admit_core::{KeyPath, Manifest, Mode, Policy, Time, WhenNoPolicyApplies};
use std::rc::Rc;

/// The maximum number of uncovered pools and clients that are listed.
const MAX_PLACES: usize = 100;

pub(super) fn check(document: &Rc<Document>, manifest: &Manifest, findings: &mut Findings) {
    let whole = || Place::File(document.file.clone());
    if manifest.policies.is_empty() {
        if manifest.when_no_policy_applies.is_none() {
            let message = "no policies: every sign-up would be admitted";
            findings.add(Rule::NoPolicy, whole(), message);
        }
        return;
    }
    let uncovered = uncovered(manifest);
    if !uncovered.is_empty() {
        let mut places = uncovered[..uncovered.len().min(MAX_PLACES)].join(", or ");
        if let Some(more @ 1..) = uncovered.len().checked_sub(MAX_PLACES) {
            places += &format!(", and {more} more");
        }
        let message = format!("no policy that may deny applies to {places}");
        let place = Place::key_or_file(document, &KeyPath::default().key("when-no-policy-applies"));
        findings.add(Rule::Uncovered, place, message);
    }
    if manifest.policies.iter().all(|policy| policy.terms.mode == Mode::Monitor)
        && manifest.when_no_policy_applies != Some(WhenNoPolicyApplies::Deny)
    {
        let message = "every policy only monitors: every sign-up is admitted";
        findings.add(Rule::NoPolicyDecides, whole(), message);
    }
    let most = longest(&manifest.policies);
    if most > manifest.budget.duration() {
        let message = format!(
            "policies that apply to the same sign-up may take {} by their `limits.time`, but the \
             budget is {}: raise `budget` (at most {}) or lower their limits",
            Time::from(most),
            manifest.budget,
            Manifest::MAX_BUDGET
        );
        let place = Place::key_or_file(document, &KeyPath::default().key("budget"));
        findings.add(Rule::Budget, place, message);
    }
}

/// Runs the cases beside a manifest.
pub(super) fn check_cases(
    cases: &Suite,
    document: &Rc<Document>,
    manifest: &Manifest,
    components: &CheckedComponents,
    findings: &mut Findings,
) {
    if let Some(message) = cases::missing(cases) {
        findings.add(Rule::NoCases, Place::File(document.file.clone()), message);
        return;
    }
    // Cases need all components; a component that does not compile has a finding already.
    let component = |policy: &Policy| components.get(&policy.component);
    let is_compiled =
        |policy| component(policy).is_some_and(|component| component.compiled.is_some());
    if !manifest.policies.iter().all(is_compiled) {
        return;
    }
    let checked = cases::run(cases);
    for cases::Flaw { policy, place, message } in checked.flaws {
        findings.list.push(Finding { rule: Rule::Case, place, policy, message });
    }
    for (id, code) in checked.undeclared {
        let found = manifest.policies.iter().enumerate().find(|(_, policy)| policy.id == id);
        let Some((index, policy)) = found else { continue };
        if component(policy).is_none_or(|component| !component.undeclared.contains(&code)) {
            let place = Place::key(document, &KeyPath::policy(index).key("component"));
            let (rule, message) = (Rule::DenialUndeclared, cases::undeclared(&code));
            findings.list.push(Finding { rule, place, policy: Some(id), message });
        }
    }
}

/// The triggers in a policy's `applies-to` that are not known.
pub(super) fn unknown_triggers(policy: &Policy) -> impl Iterator<Item = &String> {
    let known = |trigger: &&String| admit_cognito::TRIGGERS.contains(&trigger.as_str());
    policy.applies_to.triggers.iter().filter(move |trigger| !known(trigger))
}
