//! The user pools and clients whose sign-ups no policy that may deny is asked about.

use admit_core::{Manifest, Mode, Permission, Policy, WhenNoPolicyApplies};
use std::collections::BTreeSet;

/// The app clients that some policies are asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Clients<'a> {
    All,
    Named(BTreeSet<&'a str>),
}

impl<'a> Clients<'a> {
    fn of(policies: impl Iterator<Item = &'a Policy>) -> Clients<'a> {
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

/// Where sign-ups are decided without a policy that may deny, in words; nothing if no policy of the
/// manifest may.
///
/// Triggers are not looked at: that a rule is for one of them is usual.
pub(super) fn uncovered(manifest: &Manifest) -> Vec<String> {
    let enforced = || manifest.policies.iter().filter(|policy| policy.terms.mode == Mode::Enforce);
    let denying = || enforced().filter(|policy| policy.terms.verdicts.permit(Permission::Deny));
    let everywhere = |policy: &&Policy| policy.applies_to.user_pools.is_empty();
    // The usual manifest, whose rules are for every pool.
    if denying().next().is_none() || Clients::of(denying().filter(everywhere)) == Clients::All {
        return Vec::new();
    }
    let pools: BTreeSet<&str> =
        enforced().flat_map(|policy| &policy.applies_to.user_pools).map(String::as_str).collect();
    let mut words = Vec::new();
    for pool in pools.iter().copied().map(Some).chain([None]) {
        let denied = Clients::of(denying().filter(|policy| concerns(policy, pool)));
        let decided = match manifest.when_no_policy_applies.unwrap_or_default() {
            WhenNoPolicyApplies::Admit => Clients::All,
            // What no policy applies to is denied.
            WhenNoPolicyApplies::Deny => {
                Clients::of(enforced().filter(|policy| concerns(policy, pool)))
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

/// Whether a policy is asked about sign-ups of a pool; none stands for one that no policy names.
fn concerns(policy: &Policy, pool: Option<&str>) -> bool {
    let pools = &policy.applies_to.user_pools;
    pools.is_empty() || pool.is_some_and(|pool| pools.iter().any(|one| one == pool))
}

/// How many names are shown.
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

    /// Policies by what they may decide and where they apply.
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
    fn what_no_denying_policy_covers_is_listed() {
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
    fn what_the_manifest_denies_is_covered() {
        check(DENY, &[("deny", "clients = ['a']")], &[]);
        check(
            DENY,
            &[("deny", "clients = ['a']"), ("confirm", "clients = ['a', 'b']")],
            &["the clients `b`"],
        );
        check(DENY, &[("deny", "clients = ['a']"), ("confirm", "")], &["clients other than `a`"]);
    }
}
