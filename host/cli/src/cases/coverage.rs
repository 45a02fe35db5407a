//! Which denials and which votes the cases brought about.

use crate::policy_set::loaded_manifest::LoadedManifest;
use crate::policy_set::origin::Origin;
use admit_component::ComponentInfo;
use admit_core::{Answer, Flag, Opinion, Permission, Policy, PolicyId, Vote};
use admit_engine::DecisionTrace;
use serde::Serialize;
use std::collections::BTreeSet;

/// What the cases brought about, policy by policy in the manifest's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Coverage {
    pub(crate) policies: Vec<PolicyCoverage>,
}

/// What the cases brought about of one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyCoverage {
    pub(crate) policy: PolicyId,
    /// None where it may not deny.
    pub(crate) denials: Option<Denials>,
    /// The flags on which it may vote.
    pub(crate) flags: Vec<FlagCoverage>,
    #[serde(skip)]
    asks: Asks,
}

/// Whether it was said what a policy wants to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// By its metadata or by a manifest.
    ForThis,
    /// Nowhere, so that it may decide everything.
    ForNothing,
}

/// The codes of a policy's denials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Denials {
    /// Those that the policy's metadata names; none if it has no metadata.
    pub(crate) declared: Option<BTreeSet<String>>,
    /// Those that a case expected and that came.
    pub(crate) tested: BTreeSet<String>,
    /// Those that came, expected or not.
    pub(crate) seen: BTreeSet<String>,
}

/// How often a policy voted on a flag, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct FlagCoverage {
    pub(crate) flag: Flag,
    pub(crate) granted: usize,
    pub(crate) withheld: usize,
    pub(crate) abstained: usize,
}

impl Coverage {
    /// Of no case yet.
    pub(crate) fn of(assembly: &LoadedManifest) -> anyhow::Result<Coverage> {
        let policies = assembly.manifest.policies.iter();
        let policies = policies.map(|policy| {
            let info = ComponentInfo::parse(&assembly.components[&policy.component])?;
            let metadata = info.metadata.and_then(Result::ok);
            let declared = metadata.map(|metadata| metadata.denials.into_keys().collect());
            let asks = match (&assembly.origin, &declared) {
                (Origin::CommandLine, None) => Asks::ForNothing,
                _ => Asks::ForThis,
            };
            Ok(PolicyCoverage::of(policy, declared, asks))
        });
        Ok(Coverage { policies: policies.collect::<anyhow::Result<_>>()? })
    }

    /// Counts one case, and the code of its denial if that was expected.
    pub(crate) fn add(&mut self, deliberation: &DecisionTrace, tested: Option<&String>) {
        let decision = &deliberation.decision;
        for record in &decision.policies {
            let here = self.policies.iter_mut().find(|policy| policy.policy == record.policy);
            let Some(here) = here else { continue };
            match &record.opinion {
                Opinion::Allow { votes } => {
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
    fn of(policy: &Policy, declared: Option<BTreeSet<String>>, asks: Asks) -> PolicyCoverage {
        let may = |power: Permission| policy.terms.verdicts.permit(power);
        let flags = Flag::ALL.into_iter().filter(|flag| may((*flag).into()));
        PolicyCoverage {
            policy: policy.id.clone(),
            denials: may(Permission::Deny).then(|| Denials { declared, ..Denials::default() }),
            flags: flags
                .map(|flag| FlagCoverage { flag, granted: 0, withheld: 0, abstained: 0 })
                .collect(),
            asks,
        }
    }

    /// What was covered, a line for each thing.
    pub(crate) fn lines(&self) -> Vec<String> {
        let denials = self.denials.iter().filter_map(Denials::line);
        // Flags that nobody meant to vote on would only be noise.
        let is_meant =
            |flag: &&FlagCoverage| self.asks == Asks::ForThis || flag.granted + flag.withheld > 0;
        let flags = self.flags.iter().filter(is_meant).map(|flag| {
            let FlagCoverage { flag, granted, withheld, abstained } = flag;
            format!("{flag}: {granted} granted, {withheld} withheld, {abstained} abstained")
        });
        denials.chain(flags).collect()
    }
}

impl Denials {
    /// The codes that are named and never came where they were expected.
    pub(crate) fn never(&self) -> impl Iterator<Item = &String> {
        self.declared.iter().flatten().filter(|code| !self.tested.contains(*code))
    }

    /// The codes that came and are not named.
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
                "denial codes: {}, and no `policy.toml` names them",
                quoted(self.seen.iter())
            ),
        };
        let (never, undeclared) = (quoted(self.never()), quoted(self.undeclared()));
        if !never.is_empty() {
            line = format!("{line} (never: {never})");
        }
        if !undeclared.is_empty() {
            line = format!("{line}; not named in `policy.toml`: {undeclared}");
        }
        Some(line)
    }
}

fn quoted<'a>(codes: impl Iterator<Item = &'a String>) -> String {
    codes.map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ")
}
