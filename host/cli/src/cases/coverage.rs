//! The coverage of policies by cases: denial codes and votes.

use crate::policy_set::loaded_manifest::LoadedManifest;
use crate::policy_set::origin::Origin;
use admit_component::ComponentInfo;
use admit_core::{Answer, Flag, Opinion, Permission, Policy, PolicyId, Vote};
use admit_engine::DecisionTrace;
use serde::Serialize;
use std::collections::BTreeSet;

/// The coverage of all policies, in the manifest's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Coverage {
    pub(crate) policies: Vec<PolicyCoverage>,
}

/// The coverage of one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyCoverage {
    pub(crate) policy: PolicyId,
    /// The denial codes, or `None` if the policy may not deny.
    pub(crate) denials: Option<Denials>,
    /// The flags on which it may vote.
    pub(crate) flags: Vec<FlagCoverage>,
    #[serde(skip)]
    verdicts: Verdicts,
}

/// The origin of the verdicts that a policy may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdicts {
    /// Listed in the metadata or in a manifest.
    Listed,
    /// Not listed: the policy may decide everything.
    All,
}

/// The coverage of a policy's denial codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Denials {
    /// Codes that the metadata declares, or `None` without metadata.
    pub(crate) declared: Option<BTreeSet<String>>,
    /// Codes that a case expected and that the policy returned.
    pub(crate) tested: BTreeSet<String>,
    /// Codes that the policy returned, expected or not.
    pub(crate) seen: BTreeSet<String>,
}

/// The number of each kind of vote on a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct FlagCoverage {
    pub(crate) flag: Flag,
    pub(crate) granted: usize,
    pub(crate) withheld: usize,
    pub(crate) abstained: usize,
}

impl Coverage {
    /// Creates an empty coverage of the policies of a manifest.
    pub(crate) fn new(loaded: &LoadedManifest) -> anyhow::Result<Coverage> {
        let policies = loaded.manifest.policies.iter();
        let policies = policies.map(|policy| {
            let info = ComponentInfo::parse(&loaded.components[&policy.component])?;
            let metadata = info.metadata.and_then(Result::ok);
            let declared = metadata.map(|metadata| metadata.denials.into_keys().collect());
            let verdicts = match (&loaded.origin, &declared) {
                (Origin::CommandLine, None) => Verdicts::All,
                _ => Verdicts::Listed,
            };
            Ok(PolicyCoverage::new(policy, declared, verdicts))
        });
        Ok(Coverage { policies: policies.collect::<anyhow::Result<_>>()? })
    }

    /// Adds one case, with the code of its denial if that was expected.
    pub(crate) fn add(&mut self, trace: &DecisionTrace, tested: Option<&String>) {
        let decision = &trace.decision;
        for record in &decision.policies {
            let here = self.policies.iter_mut().find(|policy| policy.policy == record.policy);
            let Some(here) = here else { continue };
            match &record.opinion {
                Opinion::Allow { votes, .. } => {
                    for flag in &mut here.flags {
                        let vote = votes.iter().find(|record| record.flag == flag.flag);
                        match vote.map(|record| record.vote) {
                            Some(Vote::Grant) => flag.granted += 1,
                            Some(Vote::Withhold) => flag.withheld += 1,
                            Some(Vote::Abstain) | None => flag.abstained += 1,
                        }
                    }
                }
                Opinion::Deny { code, .. } => {
                    let Some(denials) = &mut here.denials else { continue };
                    denials.seen.insert(code.clone());
                    let is_the_answer = matches!(&decision.answer, Answer::Deny(refusal)
                        if refusal.policy.as_ref() == Some(&record.policy));
                    if let Some(code) = tested.filter(|_| is_the_answer) {
                        denials.tested.insert(code.clone());
                    }
                }
                Opinion::Failure { .. } => {}
            }
        }
    }
}

impl PolicyCoverage {
    fn new(
        policy: &Policy,
        declared: Option<BTreeSet<String>>,
        verdicts: Verdicts,
    ) -> PolicyCoverage {
        let may = |permission: Permission| policy.terms.verdicts.permit(permission);
        let flags = Flag::ALL.into_iter().filter(|flag| may((*flag).into()));
        PolicyCoverage {
            policy: policy.id.clone(),
            denials: may(Permission::Deny).then(|| Denials { declared, ..Denials::default() }),
            flags: flags
                .map(|flag| FlagCoverage { flag, granted: 0, withheld: 0, abstained: 0 })
                .collect(),
            verdicts,
        }
    }

    /// The coverage as lines of text.
    pub(crate) fn lines(&self) -> Vec<String> {
        let denials = self.denials.iter().filter_map(Denials::line);
        // A policy that may decide everything need not vote on every flag.
        let is_relevant = |flag: &&FlagCoverage| {
            self.verdicts == Verdicts::Listed || flag.granted + flag.withheld > 0
        };
        let flags = self.flags.iter().filter(is_relevant).map(|flag| {
            let FlagCoverage { flag, granted, withheld, abstained } = flag;
            format!("{flag}: {granted} granted, {withheld} withheld, {abstained} abstained")
        });
        denials.chain(flags).collect()
    }
}

impl Denials {
    /// The declared codes that no case tested.
    pub(crate) fn untested(&self) -> impl Iterator<Item = &String> {
        self.declared.iter().flatten().filter(|code| !self.tested.contains(*code))
    }

    /// The codes that the policy returned and does not declare.
    pub(crate) fn undeclared(&self) -> impl Iterator<Item = &String> {
        let declared = self.declared.as_ref();
        self.seen.iter().filter(move |code| declared.is_some_and(|named| !named.contains(*code)))
    }

    fn line(&self) -> Option<String> {
        let mut line = match &self.declared {
            Some(declared) => {
                let tested = declared.iter().filter(|code| self.tested.contains(*code)).count();
                format!("denial codes: {tested} of {}", declared.len())
            }
            None if self.seen.is_empty() => return None,
            None => format!(
                "denial codes: {}, not declared (no `policy.toml`)",
                quoted(self.seen.iter())
            ),
        };
        let (untested, undeclared) = (quoted(self.untested()), quoted(self.undeclared()));
        if !untested.is_empty() {
            line = format!("{line} (untested: {untested})");
        }
        if !undeclared.is_empty() {
            line = format!("{line}; not declared in `policy.toml`: {undeclared}");
        }
        Some(line)
    }
}

fn quoted<'a>(codes: impl Iterator<Item = &'a String>) -> String {
    codes.map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ")
}
