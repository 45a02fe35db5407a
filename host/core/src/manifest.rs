//! The manifest, as written and as validated.

use crate::id::{LookupName, PolicyId, Role};
use crate::key_path::{KeyPath, Problem};
use crate::limits::{RawLimits, within};
use crate::lookup::{FactKind, Lookup, RawLookup};
use crate::permissions::Permission;
use crate::policy::{Log, Mode, OnFailure, Policy, Scope, Terms, WhenNoPolicyApplies};
use crate::quantity::Time;
use crate::reads::ReadPath;
use crate::record::Record;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};
use std::mem;

/// The policies that decide, in order, and the settings that they share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The time for the whole decision.
    pub budget: Time,
    /// Whether a sign-up to which no policy applies is admitted or denied; `None` if the manifest
    /// does not say.
    pub when_no_policy_applies: Option<WhenNoPolicyApplies>,
    /// Whether a sign-up is denied if its decision cannot be recorded.
    pub record: Record,
    /// The look-ups that the host can make.
    pub lookups: BTreeMap<LookupName, Lookup>,
    /// The policies, in the order of the manifest.
    pub policies: Vec<Policy>,
}

impl Manifest {
    /// Returns whether decisions need services outside of the host: for look-ups, or for links.
    pub fn needs_services(&self) -> bool {
        let is_made = |name: &LookupName| {
            self.lookups.get(name).is_some_and(|lookup| lookup.kind() != FactKind::Clock)
        };
        self.policies.iter().any(|policy| policy.facts.values().any(is_made))
            || self.policies.iter().any(|policy| policy.terms.verdicts.permit(Permission::Link))
    }

    /// The default time for the whole decision.
    pub const DEFAULT_BUDGET: Time = Time::from_millis(2_000);
    /// The maximum time for the whole decision: Cognito gives up after 5 s.
    pub const MAX_BUDGET: Time = Time::from_millis(4_000);
}

/// A manifest as written in `admit.toml` or in `bundle.json`, not yet validated.
///
/// Convert it to a [`Manifest`] to use it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawManifest {
    budget: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when_no_policy_applies: Option<WhenNoPolicyApplies>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Record>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lookup: BTreeMap<LookupName, RawLookup>,
    #[serde(default)]
    pub(crate) policy: Vec<RawPolicy>,
}

impl RawManifest {
    /// Removes the settings of the policies that match, and returns them by policy id.
    pub fn take_settings(
        &mut self,
        predicate: impl Fn(&PolicyId) -> bool,
    ) -> BTreeMap<PolicyId, Settings> {
        let policies = self.policy.iter_mut().filter(|policy| predicate(&policy.id));
        policies.map(|policy| (policy.id.clone(), mem::take(&mut policy.settings).into())).collect()
    }

    /// Puts back the settings that [`take_settings`](Self::take_settings) removed.
    pub fn put_settings(&mut self, mut settings: BTreeMap<PolicyId, Settings>) {
        for policy in &mut self.policy {
            if let Some(settings) = settings.remove(&policy.id) {
                policy.settings = settings.into();
            }
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawPolicy {
    id: PolicyId,
    component: String,
    reads: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    facts: BTreeMap<Role, LookupName>,
    verdicts: Vec<Permission>,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    on_failure: OnFailure,
    #[serde(default)]
    applies_to: RawScope,
    #[serde(default)]
    limits: RawLimits,
    #[serde(default)]
    log: Log,
    #[serde(default)]
    pub(crate) settings: Map<String, Value>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawScope {
    #[serde(skip_serializing_if = "Option::is_none")]
    triggers: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_pools: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clients: Option<Vec<String>>,
}

impl TryFrom<RawManifest> for Manifest {
    type Error = Problem;

    fn try_from(raw: RawManifest) -> Result<Manifest, Problem> {
        let budget = raw.budget.unwrap_or(Manifest::DEFAULT_BUDGET);
        let key = || KeyPath::default().key("budget");
        within(budget, Time::from_millis(1), Manifest::MAX_BUDGET).map_err(|m| key().problem(m))?;
        let lookups = lookups(raw.lookup)?;
        let mut ids = HashSet::new();
        let mut policies = Vec::new();
        for (index, raw) in raw.policy.into_iter().enumerate() {
            let here = KeyPath::policy(index);
            if !ids.insert(raw.id.clone()) {
                let message = format!("duplicate policy id `{}`", raw.id);
                return Err(here.key("id").problem(message));
            }
            check_facts(&raw, &lookups, &here)?;
            policies.push(policy(raw, budget, here)?);
        }
        Ok(Manifest {
            budget,
            when_no_policy_applies: raw.when_no_policy_applies,
            record: raw.record.unwrap_or_default(),
            lookups,
            policies,
        })
    }
}

impl From<Manifest> for RawManifest {
    /// Spells out every default except `record`, which is rarely set, and `when-no-policy-applies`,
    /// so that a later reader sees whether the author set it explicitly.
    fn from(manifest: Manifest) -> RawManifest {
        RawManifest {
            budget: Some(manifest.budget),
            when_no_policy_applies: manifest.when_no_policy_applies,
            record: Some(manifest.record).filter(|record| *record != Record::default()),
            lookup: manifest
                .lookups
                .into_iter()
                .map(|(name, lookup)| (name, lookup.into()))
                .collect(),
            policy: manifest.policies.into_iter().map(RawPolicy::from).collect(),
        }
    }
}

impl From<Policy> for RawPolicy {
    fn from(policy: Policy) -> RawPolicy {
        let list = |values: Vec<String>| Some(values).filter(|values| !values.is_empty());
        RawPolicy {
            id: policy.id,
            component: policy.component,
            reads: policy.reads.iter().map(ToString::to_string).collect(),
            facts: policy.facts,
            verdicts: policy.terms.verdicts.iter().collect(),
            mode: policy.terms.mode,
            on_failure: policy.terms.on_failure,
            applies_to: RawScope {
                triggers: list(policy.applies_to.triggers),
                user_pools: list(policy.applies_to.user_pools),
                clients: list(policy.applies_to.clients),
            },
            limits: policy.limits.into(),
            log: policy.log,
            settings: policy.settings.into(),
        }
    }
}

fn lookups(raw: BTreeMap<LookupName, RawLookup>) -> Result<BTreeMap<LookupName, Lookup>, Problem> {
    let here = KeyPath::default().key("lookup");
    if raw.len() > Lookup::MAX {
        let message = format!("must have at most {} look-ups, got {}", Lookup::MAX, raw.len());
        return Err(here.problem(message));
    }
    let validate = |(name, raw): (LookupName, RawLookup)| {
        let here = here.clone().key(name.as_str());
        Ok((name, raw.validate(&here)?))
    };
    raw.into_iter().map(validate).collect()
}

/// Checks that the facts of a policy exist, and that a policy that may link has users to link to.
fn check_facts(
    raw: &RawPolicy,
    lookups: &BTreeMap<LookupName, Lookup>,
    here: &KeyPath,
) -> Result<(), Problem> {
    for (role, name) in &raw.facts {
        if !lookups.contains_key(name) {
            let known = lookups.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>();
            let remedy = match known.is_empty() {
                true => format!("declare it as `[lookup.{name}]`"),
                false => format!("declare it, or name one of {}", known.join(", ")),
            };
            let message = format!("there is no look-up `{name}`: {remedy}");
            return Err(here.clone().key("facts").key(role.as_str()).problem(message));
        }
    }
    let has_users = raw
        .facts
        .values()
        .any(|name| lookups.get(name).is_some_and(|lookup| lookup.kind() == FactKind::Directory));
    match raw.verdicts.iter().position(|verdict| *verdict == Permission::Link) {
        Some(index) if !has_users => {
            let message = "`link` requires a fact from a `directory` look-up in `facts`: a policy \
                           can only link to a user that it sees";
            Err(here.clone().key("verdicts").index(index).problem(message))
        }
        _ => Ok(()),
    }
}

fn policy(raw: RawPolicy, budget: Time, here: KeyPath) -> Result<Policy, Problem> {
    if raw.component.is_empty() {
        let message = "must not be empty: name a .wasm file or the folder of a policy project";
        return Err(here.key("component").problem(message));
    }
    if let Some((key, _)) = raw.settings.iter().find(|(_, value)| depth(value) > MAX_LEVELS) {
        let message = format!("nests deeper than {MAX_LEVELS} levels");
        return Err(here.key("settings").key(key).problem(message));
    }
    Ok(Policy {
        id: raw.id,
        component: raw.component,
        reads: ReadPath::list(raw.reads, &here.clone().key("reads"))?,
        facts: raw.facts,
        terms: Terms {
            verdicts: raw.verdicts.into_iter().collect(),
            mode: raw.mode,
            on_failure: raw.on_failure,
        },
        applies_to: scope(raw.applies_to, here.clone().key("applies-to"))?,
        limits: raw.limits.limits(budget, &here.clone().key("limits"))?,
        log: raw.log,
        settings: raw.settings.into(),
    })
}

/// The maximum depth of lists and tables in settings: the JSON parser that reads them from a bundle
/// has a recursion limit.
const MAX_LEVELS: usize = 64;

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn scope(raw: RawScope, here: KeyPath) -> Result<Scope, Problem> {
    let list = |name, values: Option<Vec<String>>| match values {
        Some(values) if values.is_empty() => Err(here
            .clone()
            .key(name)
            .problem("an empty list matches nothing: leave it out to match all")),
        values => Ok(values.unwrap_or_default()),
    };
    Ok(Scope {
        triggers: list("triggers", raw.triggers)?,
        user_pools: list("user-pools", raw.user_pools)?,
        clients: list("clients", raw.clients)?,
    })
}
