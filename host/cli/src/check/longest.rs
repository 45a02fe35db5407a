//! The longest time that the policies of one sign-up may take.

use admit_core::{Policy, Scope};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// The largest sum of the time limits of policies that apply to the same sign-up, over every
/// combination of a trigger, a user pool and an app client that the manifest distinguishes.
pub(super) fn longest(policies: &[Policy]) -> Duration {
    let named = policies.iter().flat_map(|policy| &policy.applies_to.triggers);
    let mut triggers: HashSet<Option<&str>> = named.map(|name| Some(name.as_str())).collect();
    // A trigger that is not in any list.
    triggers.insert(None);
    let of_trigger = |trigger: Option<&str>| {
        let applies = |scope: &Scope| {
            let list = &scope.triggers;
            list.is_empty() || trigger.is_some_and(|trigger| list.iter().any(|t| t == trigger))
        };
        longest_of(policies.iter().filter(|policy| applies(&policy.applies_to)))
    };
    triggers.into_iter().map(of_trigger).max().unwrap_or_default()
}

/// The same for policies of one trigger, over every combination of a user pool and an app client.
fn longest_of<'a>(policies: impl Iterator<Item = &'a Policy>) -> Duration {
    let mut anywhere = ByClient::default();
    let mut by_pool: HashMap<&str, ByClient<'_>> = HashMap::new();
    for policy in policies {
        if policy.applies_to.user_pools.is_empty() {
            anywhere.add(policy);
        }
        for pool in distinct(&policy.applies_to.user_pools) {
            by_pool.entry(pool).or_default().add(policy);
        }
    }
    // For a client that the policies of a pool do not list, only those for all pools count.
    let most = anywhere.by_client.values().max().copied().unwrap_or_default();
    let in_pool = |pool: &ByClient<'_>| {
        let together = pool.by_client.iter().map(|(client, time)| {
            anywhere.by_client.get(client).copied().unwrap_or_default() + *time
        });
        anywhere.any_client + pool.any_client + together.fold(most, Duration::max)
    };
    by_pool.values().map(in_pool).fold(anywhere.any_client + most, Duration::max)
}

/// The sums of time limits, by the clients to which the policies apply.
#[derive(Default)]
struct ByClient<'a> {
    any_client: Duration,
    by_client: HashMap<&'a str, Duration>,
}

impl<'a> ByClient<'a> {
    fn add(&mut self, policy: &'a Policy) {
        let time = policy.limits.time.duration();
        if policy.applies_to.clients.is_empty() {
            self.any_client += time;
        }
        for client in distinct(&policy.applies_to.clients) {
            *self.by_client.entry(client).or_default() += time;
        }
    }
}

/// The distinct items of a list.
fn distinct(list: &[String]) -> HashSet<&str> {
    list.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::{Manifest, SignUp};

    fn policies(scopes: &[String]) -> Vec<Policy> {
        let policy = |(index, scope): (usize, &String)| {
            // Powers of two, so that a sum identifies its policies.
            format!(
                "[[policy]]\nid = \"p{index}\"\ncomponent = \"p\"\nreads = []\nverdicts = []\n\
                 limits = {{ time = \"{}ms\" }}\napplies-to = {{ {scope} }}\n",
                1 << index
            )
        };
        let text: String = scopes.iter().enumerate().map(policy).collect();
        Manifest::from_toml("admit.toml", &text).unwrap().policies
    }

    fn check(scopes: &[&str], expected: &[usize]) {
        let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
        let expected = expected.iter().map(|index| 1 << index).sum();
        assert_eq!(longest(&policies(&scopes)), Duration::from_millis(expected), "{scopes:?}");
    }

    #[test]
    fn only_policies_that_apply_to_the_same_sign_up_are_added() {
        check(&[], &[]);
        check(&["", ""], &[0, 1]);
        check(&["clients = [\"a\"]", "clients = [\"b\"]", ""], &[1, 2]);
        check(&["clients = [\"a\", \"b\", \"a\"]", "clients = [\"b\"]"], &[0, 1]);
        check(&["user-pools = [\"a\"]", "user-pools = [\"b\"]", "user-pools = [\"c\"]"], &[2]);
        // Each pair shares a pool or a client, but no two apply to the same sign-up.
        check(
            &[
                "user-pools = [\"A\"], clients = [\"x\"]",
                "user-pools = [\"A\"], clients = [\"y\"]",
                "user-pools = [\"B\"], clients = [\"x\"]",
            ],
            &[2],
        );
        check(
            &[
                "user-pools = [\"A\"], clients = [\"x\"]",
                "user-pools = [\"B\"]",
                "clients = [\"x\"]",
                "triggers = [\"PreSignUp_SignUp\"], clients = [\"y\"]",
            ],
            &[1, 3],
        );
    }

    /// The result by brute force over every combination.
    fn by_brute_force(policies: &[Policy]) -> Duration {
        let mut most = Duration::ZERO;
        for trigger in ["PreSignUp_A", "PreSignUp_B", "PreSignUp_Other"] {
            for pool in ["p0", "p1", "p2", "other"] {
                for client in ["c0", "c1", "c2", "other"] {
                    let sign_up = SignUp {
                        trigger_source: trigger.into(),
                        user_pool_id: pool.into(),
                        client_id: client.into(),
                        ..SignUp::default()
                    };
                    let asked = policies.iter().filter(|p| p.applies_to.contains(&sign_up));
                    most = most.max(asked.map(|policy| policy.limits.time.duration()).sum());
                }
            }
        }
        most
    }

    #[test]
    fn the_result_equals_that_by_brute_force() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % most
        };
        for _ in 0..2_000 {
            let scopes: Vec<String> = (0..below(9) + 1)
                .map(|_| {
                    let mut list = |key: &str, words: &[&str]| {
                        let chosen = words.iter().filter(|_| below(3) == 0);
                        let chosen: Vec<String> = chosen.map(|word| format!("{word:?}")).collect();
                        let list = format!("{key} = [{}]", chosen.join(", "));
                        (!chosen.is_empty()).then_some(list)
                    };
                    let lists = [
                        list("triggers", &["PreSignUp_A", "PreSignUp_B"]),
                        list("user-pools", &["p0", "p1", "p2"]),
                        list("clients", &["c0", "c1", "c2"]),
                    ];
                    lists.into_iter().flatten().collect::<Vec<_>>().join(", ")
                })
                .collect();
            let policies = policies(&scopes);
            assert_eq!(longest(&policies), by_brute_force(&policies), "{scopes:?}");
        }
    }

    #[test]
    fn thousands_of_tenants_are_supported() {
        let tenant = |number: usize| {
            let list = if number.is_multiple_of(2_usize) { "user-pools" } else { "clients" };
            format!("{list} = [\"t{number}\"]")
        };
        let text: String = (0..10_000)
            .map(|number| {
                format!(
                    "[[policy]]\nid = \"p{number}\"\ncomponent = \"p\"\nreads = []\nverdicts = []\n\
                     applies-to = {{ {} }}\n",
                    tenant(number)
                )
            })
            .collect();
        let policies = Manifest::from_toml("admit.toml", &text).unwrap().policies;
        assert_eq!(longest(&policies), Duration::from_millis(200));
    }
}
