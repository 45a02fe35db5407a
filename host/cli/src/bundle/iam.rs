//! The permissions in AWS that a manifest needs: those for its look-ups and links.

use admit_core::{FactKind, Manifest, Permission, Policy};
use serde::Serialize;
use std::collections::BTreeSet;

/// An IAM policy document, without the permission to write the log, which every function needs.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PolicyDocument {
    version: &'static str,
    statement: Vec<Statement>,
}

/// One permission: what the function may do with which user pools.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: &'static [&'static str],
    resource: Vec<String>,
}

/// Every user pool of the account, in the form of a resource.
const EVERY_POOL: &str = "arn:aws:cognito-idp:*:*:userpool/*";

impl PolicyDocument {
    /// Returns exactly the permissions that a manifest needs.
    ///
    /// A policy in mode `monitor` counts like any other: its look-ups are made, and enforcing it
    /// takes no new permission. A link needs a search too, since the function looks up the state of
    /// the link before it requests one again.
    pub(crate) fn for_manifest(manifest: &Manifest) -> PolicyDocument {
        let links = |policy: &&Policy| policy.terms.verdicts.permit(Permission::Link);
        let searches = |policy: &&Policy| {
            let mut lookups = policy.facts.values().filter_map(|name| manifest.lookups.get(name));
            lookups.any(|lookup| lookup.kind() == FactKind::Directory) || links(policy)
        };
        let searching: Vec<&Policy> = manifest.policies.iter().filter(searches).collect();
        let linking: Vec<&Policy> = manifest.policies.iter().filter(links).collect();
        let statements = [
            statement("SearchUsers", &["cognito-idp:ListUsers"], &searching),
            statement(
                "LinkIdentities",
                &["cognito-idp:AdminLinkProviderForUser", "cognito-idp:ListIdentityProviders"],
                &linking,
            ),
        ];
        PolicyDocument {
            version: "2012-10-17",
            statement: statements.into_iter().flatten().collect(),
        }
    }

    /// Returns whether a permission is for every user pool of the account.
    pub(crate) fn has_every_pool(&self) -> bool {
        self.statement.iter().any(|statement| statement.resource == [EVERY_POOL])
    }
}

/// The permission that these policies need, if there are any.
fn statement(
    sid: &'static str,
    action: &'static [&'static str],
    policies: &[&Policy],
) -> Option<Statement> {
    if policies.is_empty() {
        return None;
    }
    let every_pool = policies.iter().any(|policy| policy.applies_to.user_pools.is_empty());
    let resource = match every_pool {
        true => vec![EVERY_POOL.to_owned()],
        false => {
            let pools = policies.iter().flat_map(|policy| &policy.applies_to.user_pools);
            let pools: BTreeSet<String> = pools.map(|pool| arn(pool)).collect();
            pools.into_iter().collect()
        }
    };
    Some(Statement { sid, effect: "Allow", action, resource })
}

/// The resource of a user pool, such as `eu-west-1_AbCdEfGhI`, in any account: the pool's id is
/// unique, and it begins with the region.
fn arn(pool: &str) -> String {
    let region = pool.split_once('_').map_or("*", |(region, _)| region);
    let partition = match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    format!("arn:{partition}:cognito-idp:{region}:*:userpool/{pool}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const LOOKUPS: &str = "[lookup.email]\ndirectory = { by = \"userAttributes.email\" }\n\
                           [lookup.now]\nclock = true\n";

    fn document(policies: &[&str]) -> PolicyDocument {
        let policies = policies.iter().enumerate().map(|(index, lines)| {
            format!("[[policy]]\nid = \"p{index}\"\ncomponent = \"c\"\nreads = []\n{lines}\n")
        });
        let text = LOOKUPS.to_owned() + &policies.collect::<String>();
        PolicyDocument::for_manifest(&Manifest::from_toml("admit.toml", &text).unwrap())
    }

    /// The actions of each statement, and its resources.
    fn statements(policies: &[&str]) -> Vec<(Vec<&'static str>, Vec<String>)> {
        let statements = document(policies).statement.into_iter();
        statements.map(|statement| (statement.action.to_vec(), statement.resource)).collect()
    }

    const SEARCH: &[&str] = &["cognito-idp:ListUsers"];
    const LINK: &[&str] =
        &["cognito-idp:AdminLinkProviderForUser", "cognito-idp:ListIdentityProviders"];

    #[test]
    fn a_manifest_that_calls_no_service_needs_nothing() {
        // A look-up that is not bound is not made, and the clock is the host's own.
        for policies in [
            &[][..],
            &["verdicts = [\"deny\"]"],
            &["verdicts = [\"deny\"]\nfacts = { time = \"now\" }"],
        ] {
            assert_eq!(statements(policies), [], "{policies:?}");
        }
    }

    #[test]
    fn a_look_up_needs_the_search_and_a_link_needs_three_actions() {
        let every_pool = || vec![EVERY_POOL.to_owned()];
        let search = "verdicts = []\nfacts = { user = \"email\" }";
        assert_eq!(statements(&[search]), [(SEARCH.to_vec(), every_pool())]);
        let both = [(SEARCH.to_vec(), every_pool()), (LINK.to_vec(), every_pool())];
        for link in ["verdicts = [\"link\"]", "verdicts = [\"link\"]\nmode = \"monitor\""] {
            assert_eq!(statements(&[link]), both, "{link}");
        }
        assert!(document(&[search]).has_every_pool());
    }

    #[test]
    fn the_resources_are_the_pools_if_every_policy_names_some() {
        let policy = |verdicts: &str, pools: &str| {
            format!(
                "verdicts = [{verdicts}]\nfacts = {{ user = \"email\" }}\n\
                 applies-to = {{ user-pools = [{pools}] }}"
            )
        };
        let pool = |id: &str| format!("arn:aws:cognito-idp:eu-west-1:*:userpool/eu-west-1_{id}");
        let search = policy("", "\"eu-west-1_B\", \"eu-west-1_A\"");
        let link = policy("\"link\"", "\"eu-west-1_B\"");
        let pure = "verdicts = [\"deny\"]";
        // A policy that needs no permission does not widen it.
        let policies = [&*search, &*link, pure];
        assert_eq!(
            statements(&policies),
            [(SEARCH.to_vec(), vec![pool("A"), pool("B")]), (LINK.to_vec(), vec![pool("B")])]
        );
        assert!(!document(&policies).has_every_pool());
        // One without pools widens what it needs, and nothing else.
        let everywhere = "verdicts = []\nfacts = { user = \"email\" }";
        assert_eq!(
            statements(&[&link, everywhere]),
            [(SEARCH.to_vec(), vec![EVERY_POOL.to_owned()]), (LINK.to_vec(), vec![pool("B")])]
        );
        assert!(document(&[&link, everywhere]).has_every_pool());
    }

    #[test]
    fn a_pool_of_another_partition_has_its_own_form() {
        for (pool, expected) in [
            ("cn-north-1_A", "arn:aws-cn:cognito-idp:cn-north-1:*:userpool/cn-north-1_A"),
            (
                "us-gov-west-1_A",
                "arn:aws-us-gov:cognito-idp:us-gov-west-1:*:userpool/us-gov-west-1_A",
            ),
        ] {
            assert_eq!(arn(pool), expected);
        }
    }

    #[test]
    fn the_json_is_that_of_an_iam_policy() {
        let document =
            serde_json::to_value(document(&["verdicts = []\nfacts = { u = \"email\" }"]));
        let expected: Value = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "SearchUsers",
                "Effect": "Allow",
                "Action": ["cognito-idp:ListUsers"],
                "Resource": [EVERY_POOL],
            }],
        });
        assert_eq!(document.unwrap(), expected);
    }
}
