//! Compares the facts that a policy receives with those that it requests.

use crate::grants::{Grant, Grants, plain_status};
use crate::id::{LookupName, Role};
use crate::lookup::{FactKind, Lookup};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A fact that a policy receives or requests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactGrant {
    /// The role by which the policy knows the fact.
    pub role: Role,
    /// The kind of the fact.
    pub kind: FactKind,
}

impl FactGrant {
    /// Compares the facts that a manifest binds for a policy with those that the policy requests.
    ///
    /// A fact of another kind than the requested one is both missing and unused.
    pub fn compare(
        bound: &BTreeMap<Role, LookupName>,
        lookups: &BTreeMap<LookupName, Lookup>,
        requested: Option<&BTreeMap<Role, FactKind>>,
    ) -> Grants<FactGrant> {
        let fact = |role: &Role, kind| FactGrant { role: role.clone(), kind };
        let granted: BTreeSet<FactGrant> = bound
            .iter()
            .filter_map(|(role, name)| Some(fact(role, lookups.get(name)?.kind())))
            .collect();
        let requested: Option<BTreeSet<FactGrant>> = requested
            .map(|requested| requested.iter().map(|(role, kind)| fact(role, *kind)).collect());
        let all: BTreeSet<&FactGrant> = granted.iter().chain(requested.iter().flatten()).collect();
        let grant = |what: &FactGrant| {
            let granted = granted.contains(what);
            let requested = requested.as_ref().map(|requested| requested.contains(what));
            Grant {
                what: what.clone(),
                granted,
                requested,
                status: plain_status(granted, requested),
            }
        };
        Grants::new(all.into_iter().map(grant).collect(), requested.is_some())
    }
}

impl fmt::Display for FactGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.role, self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_of_another_kind_is_missing_and_unused() {
        let name = |text: &str| LookupName::new(text).unwrap();
        let role = |text: &str| Role::new(text).unwrap();
        let lookups = BTreeMap::from([
            (name("users"), Lookup::unbound(FactKind::Directory)),
            (name("now"), Lookup::unbound(FactKind::Clock)),
        ]);
        let bound = [("user", "now"), ("same", "users")];
        let bound = bound.map(|(one, other)| (role(one), name(other))).into();
        let requested = ["user", "same"].map(|text| (role(text), FactKind::Directory)).into();
        let grants = FactGrant::compare(&bound, &lookups, Some(&requested));
        let texts =
            |facts: Vec<&FactGrant>| facts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(grants.missing().collect()), ["user: directory"]);
        assert_eq!(texts(grants.unused().collect()), ["user: clock"]);
        assert_eq!(grants.iter().count(), 3);
        assert!(!FactGrant::compare(&bound, &lookups, None).has_requests());
    }
}
