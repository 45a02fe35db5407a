//! The user pools and clients to which no policy that may deny applies.

use admit_core::{Manifest, Mode, Permission, Policy, WhenNoPolicyApplies};
use std::collections::BTreeSet;

/// The app clients to which policies apply.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Clients<'a> {
    All,
    Named(BTreeSet<&'a str>),
}

impl<'a> Clients<'a> {
    fn of_policies(policies: impl Iterator<Item = &'a Policy>) -> Clients<'a> {
        let mut named = BTreeSet::new();
        for policy in policies {
            match &policy.applies_to.clients[..] {
                [] => return Clients::All,
                clients => named.extend(clients.iter().map(String::as_str)),
            }
        }
        Clients::Named(named)
    }
}

/// Describes the user pools and clients whose sign-ups are decided without a policy that may deny.
/// Empty if no policy of the manifest may deny.
///
/// Ignores triggers, because a policy for one trigger is common.
pub(super) fn uncovered(manifest: &Manifest) -> Vec<String> {
    let enforced = || manifest.policies.iter().filter(|policy| policy.terms.mode == Mode::Enforce);
    let denying = || enforced().filter(|policy| policy.terms.verdicts.permit(Permission::Deny));
    let everywhere = |policy: &&Policy| policy.applies_to.user_pools.is_empty();
    // The common case: a policy that may deny applies to every sign-up.
    if denying().next().is_none()
        || Clients::of_policies(denying().filter(everywhere)) == Clients::All
    {
        return Vec::new();
    }
    let pools: BTreeSet<&str> =
        enforced().flat_map(|policy| &policy.applies_to.user_pools).map(String::as_str).collect();
    let mut words = Vec::new();
    for pool in pools.iter().copied().map(Some).chain([None]) {
        let denied = Clients::of_policies(denying().filter(|policy| applies_to(policy, pool)));
        let decided = match manifest.when_no_policy_applies.unwrap_or_default() {
            WhenNoPolicyApplies::Admit => Clients::All,
            // The manifest denies the sign-ups of all other clients.
            WhenNoPolicyApplies::Deny => {
                Clients::of_policies(enforced().filter(|policy| applies_to(policy, pool)))
            }
        };
        let clients = match (decided, denied) {
            (_, Clients::All) => continue,
            (Clients::All, Clients::Named(denied)) if denied.is_empty() => {
                "every client".to_owned()
            }
            (Clients::All, Clients::Named(denied)) => {
                format!("clients other than {}", list(&denied))
            }
            (Clients::Named(decided), Clients::Named(denied)) => {
                let rest: BTreeSet<&str> = decided.difference(&denied).copied().collect();
                if rest.is_empty() {
                    continue;
                }
                format!("the clients {}", list(&rest))
            }
        };
        words.push(match (pool, pools.is_empty()) {
            (Some(pool), _) => format!("{clients} of `{pool}`"),
            (None, true) => clients,
            (None, false) => format!("{clients} of other user pools"),
        });
    }
    words
}

/// Whether a policy applies to a pool; `None` stands for a pool that is not in the manifest.
fn applies_to(policy: &Policy, pool: Option<&str>) -> bool {
    let pools = &policy.applies_to.user_pools;
    pools.is_empty() || pool.is_some_and(|pool| pools.iter().any(|one| one == pool))
}

/// The maximum number of names in a list.
const MAX: usize = 5;

fn list(names: &BTreeSet<&str>) -> String {
    let shown: Vec<String> = names.iter().take(MAX).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(MAX) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks policies, each given by its verdict and its scope.
    fn check(head: &str, policies: &[(&str, &str)], expected: &[&str]) {
        let policy = |(index, (verdict, scope)): (usize, &(&str, &str))| {
            format!(
                "[[policy]]\nid = \"p{index}\"\ncomponent = \"p\"\nreads = []\n\
                 verdicts = [\"{verdict}\"]\napplies-to = {{ {scope} }}\n"
            )
        };
        let policies: String = policies.iter().enumerate().map(policy).collect();
        let manifest = Manifest::from_toml("admit.toml", &format!("{head}\n{policies}")).unwrap();
        assert_eq!(uncovered(&manifest), expected, "{head} {policies}");
    }

    const DENY: &str = "when-no-policy-applies = \"deny\"";

    #[test]
    fn clients_without_a_denying_policy_are_listed() {
        check("", &[("confirm", "clients = ['a']")], &[]);
        check("", &[("deny", "triggers = ['t']"), ("confirm", "")], &[]);
        check("", &[("deny", "clients = ['b', 'a']")], &["clients other than `a`, `b`"]);
        check("", &[("deny", "user-pools = ['p']")], &["every client of other user pools"]);
        check(
            "",
            &[
                ("deny", "user-pools = ['p']"),
                ("deny", "clients = ['a']"),
                ("confirm", "user-pools = ['q']"),
            ],
            &["clients other than `a` of `q`", "clients other than `a` of other user pools"],
        );
        check(
            "",
            &[("deny", "user-pools = ['p'], clients = ['a']"), ("deny", "user-pools = ['p']")],
            &["every client of other user pools"],
        );
    }

    #[test]
    fn sign_ups_that_the_manifest_denies_are_covered() {
        check(DENY, &[("deny", "clients = ['a']")], &[]);
        check(
            DENY,
            &[("deny", "clients = ['a']"), ("confirm", "clients = ['a', 'b']")],
            &["the clients `b`"],
        );
        check(DENY, &[("deny", "clients = ['a']"), ("confirm", "")], &["clients other than `a`"]);
    }
}
