//! The page itself: HTML that loads nothing and runs nothing.

use super::about::Says;
use super::contents::Report;
use super::settings::Told;
use crate::check::finding::Severity;
use admit_core::Permission;
use admit_engine::WASMTIME_VERSION;
use askama::Template;

/// The report as one page of HTML.
///
/// The template escapes everything that is put into it. `safe`, which would not, stands
/// nowhere in it.
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
    /// What the whole is, in a sentence.
    fn lead(&self) -> String {
        let number = self.report.policies.len();
        let monitored = self.report.policies.iter().filter(|policy| policy.is_monitored()).count();
        let policies = match number {
            0 => return "No policy decides: everybody may sign up.".to_owned(),
            1 => "One policy decides".to_owned(),
            number => format!("{number} policies decide"),
        };
        let counted = match monitored {
            0 => String::new(),
            1 => ", of which one only monitors and is never counted".to_owned(),
            some => format!(", of which {some} only monitor and are never counted"),
        };
        format!("{policies} who may sign up{counted}.")
    }
}
