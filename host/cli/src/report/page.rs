//! Renders the report as a single HTML page without scripts or external resources.

use super::about::MetadataSummary;
use super::contents::Report;
use super::settings::SettingValue;
use crate::check::finding::Severity;
use admit_core::Permission;
use admit_engine::WASMTIME_VERSION;
use askama::Template;

/// Renders the report as one HTML page.
///
/// The template escapes all its values; it does not use the filter `safe`, which disables that.
pub(crate) fn page(report: &Report) -> Result<String, askama::Error> {
    let page = Page {
        version: env!("CARGO_PKG_VERSION"),
        engine: WASMTIME_VERSION,
        permissions: &Permission::ALL,
        report,
    };
    Ok(page.render()? + "\n")
}

#[derive(Template)]
#[template(path = "report/page.html")]
struct Page<'a> {
    version: &'static str,
    engine: &'static str,
    permissions: &'static [Permission],
    report: &'a Report,
}

impl Page<'_> {
    /// The first sentence of the page, which sums up the policies.
    fn lead(&self) -> String {
        let number = self.report.policies.len();
        let monitored = self.report.policies.iter().filter(|policy| policy.is_monitored()).count();
        let policies = match number {
            0 => return "There are no policies.".to_owned(),
            1 => "One policy decides".to_owned(),
            number => format!("{number} policies decide"),
        };
        let counted = match monitored {
            0 => String::new(),
            1 => "; one of them only monitors and does not count".to_owned(),
            some => format!("; {some} of them only monitor and do not count"),
        };
        format!("{policies} who may sign up{counted}.")
    }
}
