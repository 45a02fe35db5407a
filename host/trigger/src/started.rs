//! The line about the start: what decides from now on.

use crate::log::{self, MAX};
use crate::record::Cut;
use admit_core::{Mode, Policy, PolicyId};
use admit_engine::Digest;
use serde::Serialize;
use std::mem;

/// The trigger is ready to decide.
#[derive(Serialize)]
#[serde(tag = "type", rename = "started", rename_all = "camelCase")]
pub(crate) struct Started<'a> {
    pub(crate) timestamp: String,
    pub(crate) level: &'static str,
    /// The digest of `bundle.json`, which holds the digests of all else.
    pub(crate) bundle: Option<Digest>,
    /// The digest of everything that decides, however it is compiled.
    pub(crate) policy_set: Option<Digest>,
    pub(crate) version: &'static str,
    /// What bundles it can load.
    pub(crate) loads: &'static str,
    pub(crate) policies: Vec<StartedPolicy<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cut: Option<Cut>,
    /// How many requests are decided at once.
    pub(crate) concurrency: u32,
}

/// A policy that will be asked.
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
    /// The line with its end. One that would be too long is without the last policies.
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
