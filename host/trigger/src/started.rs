//! The log line about the start, which lists the policies.

use crate::log::{self, MAX};
use crate::record::Cut;
use admit_core::{Mode, Policy, PolicyId};
use admit_engine::Digest;
use serde::Serialize;
use std::mem;

/// The log line that reports that the trigger is ready.
#[derive(Serialize)]
#[serde(tag = "type", rename = "started", rename_all = "camelCase")]
pub(crate) struct Started<'a> {
    pub(crate) timestamp: String,
    pub(crate) level: &'static str,
    /// The digest of `bundle.json`, which contains the digests of all other files.
    pub(crate) bundle: Option<Digest>,
    /// The digest of the policy set, independent of the compiled code.
    pub(crate) policy_set: Option<Digest>,
    pub(crate) version: &'static str,
    /// The bundle format and the engine version that this host can load.
    pub(crate) loads: &'static str,
    pub(crate) policies: Vec<StartedPolicy<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cut: Option<Cut>,
    /// The maximum number of concurrent requests.
    pub(crate) concurrency: u32,
}

/// A policy of the set.
#[derive(Serialize)]
pub(crate) struct StartedPolicy<'a> {
    pub(crate) policy: &'a PolicyId,
    pub(crate) component: Option<Digest>,
    pub(crate) mode: Mode,
}

impl<'a> From<(&'a Policy, Option<Digest>)> for StartedPolicy<'a> {
    fn from((policy, component): (&'a Policy, Option<Digest>)) -> StartedPolicy<'a> {
        StartedPolicy { policy: &policy.id, component, mode: policy.terms.mode }
    }
}

impl Started<'_> {
    /// Serializes the line. If it would be too long, the last policies are left out.
    pub(crate) fn into_text(mut self) -> Option<Vec<u8>> {
        let whole = log::text(&self);
        if whole.is_some() {
            return whole;
        }
        let mut policies = mem::take(&mut self.policies);
        self.cut = Some(Cut { policies: policies.len(), names: None });
        let fit = log::fitting(policies.iter(), MAX - log::text(&self)?.len());
        self.cut = Some(Cut { policies: policies.len() - fit, names: None });
        policies.truncate(fit);
        self.policies = policies;
        log::text(&self)
    }
}
