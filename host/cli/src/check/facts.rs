//! Checks of look-ups, and of the facts that policies are granted.

use crate::check::finding::Rule;
use admit_core::{
    FactGrant, FactKind, KeyPath, Lookup, LookupName, Manifest, Metadata, Permission, Policy,
    Source, Time,
};
use std::collections::BTreeMap;

/// A problem, at a key of the manifest or of the policy.
pub(super) struct FactFlaw {
    pub(super) rule: Rule,
    pub(super) key: KeyPath,
    pub(super) message: String,
}

type Lookups = BTreeMap<LookupName, Lookup>;

/// Compares the facts that a policy is granted with those that it requests. The keys are those of
/// the policy.
pub(super) fn of_policy(
    policy: &Policy,
    lookups: &Lookups,
    metadata: Option<&Metadata>,
) -> Vec<FactFlaw> {
    let key = || KeyPath::default().key("facts");
    let mut flaws = Vec::new();
    let Some(metadata) = metadata else { return flaws };
    let grants = FactGrant::compare(&policy.facts, lookups, Some(&metadata.facts));
    for FactGrant { role, kind } in grants.missing() {
        let bound = policy.facts.get(role).and_then(|name| Some((name, lookups.get(name)?)));
        let (key, message) = match bound {
            None => {
                let fact = format!("the policy requests the fact `{role}` ({kind})");
                // A key that is not there has no place.
                (KeyPath::default(), format!("{fact}, which is not granted"))
            }
            Some((name, lookup)) => {
                let message = format!(
                    "the policy requests the fact `{role}` of the kind `{kind}`, but `{name}` is a \
                     look-up of the kind `{}`",
                    lookup.kind()
                );
                (key().key(role.as_str()), message)
            }
        };
        flaws.push(FactFlaw { rule: Rule::FactsNotGranted, key, message });
    }
    // A fact of another kind is reported above.
    let is_unknown = |grant: &&FactGrant| !metadata.facts.contains_key(&grant.role);
    for FactGrant { role, .. } in grants.unused().filter(is_unknown) {
        let message = format!("the fact `{role}` is granted, but the policy does not request it");
        let key = key().key(role.as_str());
        flaws.push(FactFlaw { rule: Rule::FactsUnused, key, message });
    }
    if policy.terms.verdicts.permit(Permission::Link) {
        let lookup = |name: &LookupName| lookups.get(name);
        for (role, lookup) in policy.facts.iter().filter_map(|(role, n)| Some((role, lookup(n)?))) {
            let Source::Directory(directory) = &lookup.source else { continue };
            let verified = format!("{}_verified", directory.by.filter_name());
            if !directory.reads.has(&verified) {
                let message = format!(
                    "the policy may link to a user of the fact `{role}` and cannot see whether \
                     the address of the user is verified: add `{verified}` to `reads` of the look-up"
                );
                let key = key().key(role.as_str());
                flaws.push(FactFlaw { rule: Rule::LinkUnverified, key, message });
            }
        }
    }
    flaws
}

/// Checks the look-ups of a manifest. The keys are those of the manifest.
pub(super) fn of_manifest(manifest: &Manifest) -> Vec<FactFlaw> {
    let mut flaws = Vec::new();
    let longest = Time::from(manifest.budget.duration() * 3 / 4);
    for (name, lookup) in &manifest.lookups {
        let key = || KeyPath::default().key("lookup").key(name.as_str());
        let is_bound = |policy: &Policy| policy.facts.values().any(|bound| bound == name);
        if !manifest.policies.iter().any(is_bound) {
            let message = format!("no policy has the look-up `{name}` among its `facts`");
            flaws.push(FactFlaw { rule: Rule::LookupUnused, key: key(), message });
        }
        if lookup.kind() != FactKind::Clock && lookup.timeout > longest {
            let message = format!(
                "the time-out {} is longer than {longest}, three quarters of `budget`, after which \
                 all look-ups end",
                lookup.timeout
            );
            let key = key().key("timeout");
            flaws.push(FactFlaw { rule: Rule::LookupTimeout, key, message });
        }
    }
    flaws
}
