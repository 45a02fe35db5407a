//! Everything that the page shows.

use super::about::{Outside, Says};
use super::budgets::{Limit, Use};
use super::found::Found;
use super::grants::GrantRow;
use super::measured::{Cost, Measured};
use super::plot::Distribution;
use super::settings::{Setting, Values};
use super::tested::Tested;
use super::untrusted_text::{Truncated, UntrustedText};
use crate::check::finding::Findings;
use crate::policy_set::loaded_manifest::LoadedManifest;
use crate::policy_set::origin::Origin;
use admit_component::ComponentInfo;
use admit_core::{Metadata, Mode, OnFailure, Permission, Policy, PolicyId, Time, grouped};
use admit_engine::Digest;
use anyhow::Context;
use std::collections::{BTreeMap, BTreeSet};

/// A policy set.
pub(crate) struct Report {
    /// The manifest.
    pub(crate) file: UntrustedText,
    /// Of everything that decides: the manifest with every default spelled out, its settings
    /// too, and the digests of the components.
    pub(crate) digest: Digest,
    pub(crate) budget: Time,
    pub(crate) policies: Vec<PolicyReport>,
    pub(crate) measured: Measured,
    /// What `admit check` finds.
    pub(crate) found: Truncated<Found>,
    /// The cases of the whole, if there are any.
    pub(crate) tested: Option<Tested>,
}

/// What running a policy set has shown.
pub(crate) struct Trials {
    /// What `admit check` finds.
    pub(crate) findings: Findings,
    pub(crate) measured: Measured,
    /// The cases of the whole.
    pub(crate) whole: Option<Tested>,
    /// The cases of the projects behind policies, in the order of the policies.
    pub(crate) projects: Vec<Option<Tested>>,
}

/// One policy of a set.
pub(crate) struct PolicyReport {
    pub(crate) id: PolicyId,
    pub(crate) mode: Mode,
    pub(crate) on_failure: OnFailure,
    /// Which sign-ups it is asked about: the key of the manifest, and one of its words.
    pub(crate) applies_to: Truncated<(&'static str, UntrustedText)>,
    /// As the manifest names it.
    pub(crate) component: UntrustedText,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    pub(crate) outside: Outside,
    pub(crate) says: Says,
    pub(crate) sees: Vec<GrantRow>,
    pub(crate) decides: Vec<GrantRow>,
    pub(crate) settings: Truncated<Setting>,
    /// The limits that stop it.
    pub(crate) uses: Vec<Use>,
    /// All others.
    pub(crate) limits: Vec<Limit>,
    /// How long it takes on this machine.
    pub(crate) times: Option<Distribution>,
    pub(crate) denials: Truncated<Denial>,
    /// What the cases of the whole brought about of it.
    pub(crate) covered: Vec<UntrustedText>,
    /// The cases of its project.
    pub(crate) own: Option<Tested>,
}

/// A code that a policy denies with.
pub(crate) struct Denial {
    pub(crate) code: UntrustedText,
    /// In its author's words; none if the code came and is not declared.
    pub(crate) meaning: Option<UntrustedText>,
    /// Whether a case expects it.
    pub(crate) tested: bool,
}

/// The most paths, words of a scope, or codes that are shown of one policy.
const MAX: usize = 100;

impl Report {
    /// Gathers what is known of a policy set, and what its trials have shown.
    pub(crate) fn of(
        assembly: &LoadedManifest,
        trials: Trials,
        values: Values,
    ) -> anyhow::Result<Report> {
        let manifest = &assembly.manifest;
        let file = match &assembly.origin {
            Origin::Manifest(source) => UntrustedText::name(&source.file),
            Origin::CommandLine => {
                let component = manifest.policies.first().map(|policy| &policy.component);
                UntrustedText::name(component.map_or("", String::as_str))
            }
        };
        let Trials { findings, measured, whole, projects } = trials;
        let policies = manifest.policies.iter().zip(projects).map(|(policy, own)| {
            let bytes = &assembly.components[&policy.component];
            PolicyReport::of(
                policy,
                bytes,
                measured.cost(&policy.id),
                (whole.as_ref(), own),
                values,
            )
            .with_context(|| format!("policy `{}`: `{}`", policy.id, policy.component))
        });
        Ok(Report {
            file,
            digest: assembly.digest(),
            budget: manifest.budget,
            policies: policies.collect::<anyhow::Result<_>>()?,
            measured,
            found: super::found::of(&findings),
            tested: whole,
        })
    }

    /// What was measured, in words.
    pub(crate) fn asked(&self) -> String {
        match (&self.tested, self.measured.events) {
            (None, _) => "a sample sign-up".to_owned(),
            (Some(_), 1) => "the event of the case".to_owned(),
            (Some(_), events) => format!("the events of {events} cases"),
        }
    }

    /// The policies that may bring something about.
    pub(crate) fn who_may(&self, power: &Permission) -> Vec<&PolicyReport> {
        let may = |policy: &&PolicyReport| {
            let power = UntrustedText::name(power);
            policy.decides.iter().any(|grant| grant.granted && grant.what == power)
        };
        self.policies.iter().filter(may).collect()
    }

    /// Who may see what, by path.
    pub(crate) fn seen(&self) -> Truncated<(&UntrustedText, Vec<&PolicyReport>)> {
        let mut seen: BTreeMap<&UntrustedText, Vec<&PolicyReport>> = BTreeMap::new();
        for policy in &self.policies {
            for grant in policy.sees.iter().filter(|grant| grant.granted) {
                seen.entry(&grant.what).or_default().push(policy);
            }
        }
        Truncated::of(MAX, seen)
    }
}

impl PolicyReport {
    fn of(
        policy: &Policy,
        bytes: &[u8],
        cost: Option<&Cost>,
        (whole, own): (Option<&Tested>, Option<Tested>),
        values: Values,
    ) -> anyhow::Result<PolicyReport> {
        let info = ComponentInfo::parse(bytes)?;
        let metadata = info.metadata.as_ref().and_then(|metadata| metadata.as_ref().ok());
        let scope = &policy.applies_to;
        let lists = [
            ("triggers", &scope.triggers),
            ("user-pools", &scope.user_pools),
            ("clients", &scope.clients),
        ];
        let words = lists
            .into_iter()
            .flat_map(|(key, list)| list.iter().map(move |word| (key, UntrustedText::name(word))));
        Ok(PolicyReport {
            id: policy.id.clone(),
            mode: policy.terms.mode,
            on_failure: policy.terms.on_failure,
            applies_to: Truncated::of(MAX, words),
            component: UntrustedText::name(&policy.component),
            digest: Digest::new(bytes),
            size: bytes.len() as u64,
            outside: Outside::of(&info),
            says: Says::of(&info),
            sees: super::grants::of_reads(policy, metadata),
            decides: super::grants::of_verdicts(policy, metadata),
            settings: super::settings::of(&policy.settings, metadata, values),
            uses: super::budgets::used(&policy.limits, cost),
            limits: super::budgets::others(&policy.limits),
            times: cost.and_then(|cost| cost.times.clone()),
            denials: denials(policy, metadata, whole, own.as_ref()),
            covered: whole.map(|whole| whole.covered(&policy.id)).unwrap_or_default(),
            own,
        })
    }

    pub(crate) fn is_monitored(&self) -> bool {
        self.mode == Mode::Monitor
    }

    pub(crate) fn abstains_on_failure(&self) -> bool {
        self.on_failure == OnFailure::Abstain
    }

    /// How large the component is.
    pub(crate) fn bytes(&self) -> String {
        grouped(self.size)
    }

    /// The most fuel that it used.
    pub(crate) fn fuel(&self) -> &str {
        let used = self.uses.first().and_then(|spent| spent.used.as_ref());
        used.map_or("not measured", |used| &used.amount)
    }

    /// What its own cases brought about.
    pub(crate) fn covered_by_its_own(&self) -> Vec<UntrustedText> {
        self.own.as_ref().map(|own| own.covered(&self.id)).unwrap_or_default()
    }

    pub(crate) fn may_deny(&self) -> bool {
        self.granted_verdicts().any(|verdict| *verdict == UntrustedText::name(Permission::Deny))
    }

    /// What the drawing of its times is called in the page.
    pub(crate) fn times_label(&self) -> String {
        format!("times-of-{}", self.id)
    }

    pub(crate) fn granted_paths(&self) -> impl Iterator<Item = &UntrustedText> {
        granted(&self.sees)
    }

    pub(crate) fn granted_verdicts(&self) -> impl Iterator<Item = &UntrustedText> {
        granted(&self.decides)
    }

    /// How often what is granted is not what is asked for, if the policy says what that is.
    pub(crate) fn differences(&self) -> Option<usize> {
        let grants = self.sees.iter().chain(&self.decides);
        let differences = grants.filter(|grant| grant.is_difference).count();
        matches!(self.says, Says::This { .. }).then_some(differences)
    }
}

fn granted(grants: &[GrantRow]) -> impl Iterator<Item = &UntrustedText> {
    grants.iter().filter(|grant| grant.granted).map(|grant| &grant.what)
}

fn denials(
    policy: &Policy,
    metadata: Option<&Metadata>,
    whole: Option<&Tested>,
    own: Option<&Tested>,
) -> Truncated<Denial> {
    let declared = metadata.map(|metadata| &metadata.denials);
    let suites = || whole.into_iter().chain(own);
    let came = suites().flat_map(|tested| tested.seen(&policy.id));
    let codes: BTreeSet<&String> =
        declared.into_iter().flat_map(BTreeMap::keys).chain(came).collect();
    let denial = |code: &String| Denial {
        code: UntrustedText::name(code),
        meaning: declared.and_then(|declared| declared.get(code)).map(UntrustedText::sentence),
        tested: suites().any(|tested| tested.has_tested(&policy.id, code)),
    };
    Truncated::of(MAX, codes.into_iter().map(denial))
}
