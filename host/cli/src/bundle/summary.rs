//! What `admit bundle` prints: what was written, and what that changed.

use crate::bundle::build::BundleFiles;
use crate::bundle::place::{ExistingOutput, Place};
use crate::output::format::{self, Format};
use crate::output::printer;
use crate::output::terminal;
use crate::package::source_folder::SourceFolder;
use admit_core::{PolicyId, printable};
use admit_engine::bundle::INDEX;
use admit_engine::{CodeHash, Digest, Target};
use admit_package::BOOTSTRAP;
use serde::Serialize;
use std::fmt::Write as _;
use std::io;

/// What is written, and what that changes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// The folder of the bundle, or the file of the package.
    path: String,
    target: String,
    components: Vec<Compiled>,
    policies: Vec<Policy>,
    /// Of everything that decides, however it is compiled.
    policy_set: Digest,
    /// Of `bundle.json`.
    index: Digest,
    /// The folder of the manifest and the components, if they are put beside it.
    sources: Option<String>,
    /// None for a bundle without the function.
    package: Option<Package>,
    state: State,
    changes: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Compiled {
    /// As the manifest names it.
    component: String,
    source: Digest,
    /// None where each of its policies has a compiled file of its own.
    compiled: Option<CodeHash>,
    /// With those.
    compiled_bytes: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    policy: PolicyId,
    /// None where it is configured for each sign-up.
    compiled: Option<CodeHash>,
    /// Why it is, if that is not because it pays.
    reason: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    bootstrap: Digest,
    bootstrap_bytes: usize,
    digest: Digest,
    bytes: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    New,
    Unchanged,
    Changed,
}

/// As much of a reason as is printed, in characters: a part of it may be the component's.
const REASON: usize = 300;

impl Report {
    /// Compares a bundle, and the bytes of the package if it is one, with what is there.
    pub(crate) fn new(
        place: &Place,
        bundle: &BundleFiles,
        target: Target,
        zip: &[u8],
    ) -> anyhow::Result<Report> {
        let components = bundle.index.components.iter().map(|(name, entry)| Compiled {
            component: printable(name, REASON),
            source: entry.source,
            compiled: entry.compiled,
            compiled_bytes: bundle.compiled_size(name, entry),
        });
        let policies = bundle.index.manifest()?.policies.into_iter().map(|policy| Policy {
            compiled: bundle.index.configured.get(&policy.id).map(|policy| policy.compiled),
            reason: bundle
                .unconfigured
                .iter()
                .find(|(id, _)| *id == policy.id)
                .map(|(_, reason)| printable(&reason.to_string(), REASON)),
            policy: policy.id,
        });
        let (path, package) = match place {
            Place::Folder(path) => (path.as_path(), None),
            Place::Zip { output, bootstrap } => {
                let package = Package {
                    bootstrap: Digest::new(bootstrap),
                    bootstrap_bytes: bootstrap.len(),
                    digest: Digest::new(zip),
                    bytes: zip.len(),
                };
                (output.path(), Some(package))
            }
        };
        let (state, changes) = match ExistingOutput::read(place)? {
            None => (State::New, Vec::new()),
            Some(before) if before.is(zip, &bundle.files) => (State::Unchanged, Vec::new()),
            Some(before) => (State::Changed, before.changes(place, &bundle.index)?),
        };
        Ok(Report {
            path: printable(&path.display().to_string(), REASON),
            target: target.to_string(),
            components: components.collect(),
            policies: policies.collect(),
            policy_set: bundle.index.policy_set,
            index: Digest::new(&bundle.files[INDEX]),
            sources: None,
            package,
            state,
            changes,
        })
    }

    /// The same, where the sources are put into a folder.
    pub(crate) fn with_sources(self, sources: Option<&SourceFolder>) -> Report {
        let sources =
            sources.map(|sources| printable(&sources.path().display().to_string(), REASON));
        Report { sources, ..self }
    }

    /// Whether something else is there than before.
    pub(crate) fn is_a_change(&self) -> bool {
        self.state != State::Unchanged
    }

    /// A reader such as `head` may close the pipe early. That is not an error: the bundle is
    /// written.
    pub(crate) fn print(&self, format: Format) -> io::Result<()> {
        let printed = match format {
            Format::Text => printer::print(&self.to_text()),
            Format::Json => format::print_json(self),
        };
        match printed {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            printed => printed,
        }
    }

    fn to_text(&self) -> String {
        let Report { path, target, .. } = self;
        let mut text = String::new();
        for Compiled { component, source, compiled_bytes, .. } in &self.components {
            let size = kib(*compiled_bytes);
            let _ = writeln!(text, "{component}  {source}  {size} compiled");
        }
        for Policy { policy, reason, .. } in &self.policies {
            if let Some(reason) = reason {
                let _ =
                    writeln!(text, "policy `{policy}` is configured for each sign-up: {reason}");
            }
        }
        let _ = writeln!(text, "policy set  {}", self.policy_set);
        let _ = writeln!(text, "{INDEX}  {}", self.index);
        let _ = match &self.package {
            None => writeln!(text, "{path}  bundle for {target}"),
            Some(Package { bootstrap, bootstrap_bytes, digest, bytes }) => writeln!(
                text,
                "{BOOTSTRAP}  {bootstrap}  {}\n{path}  {digest}  {} for {target}",
                kib(*bootstrap_bytes),
                kib(*bytes)
            ),
        };
        if let Some(sources) = &self.sources {
            let _ = writeln!(text, "{sources}  its manifest and components");
        }
        let _ = match self.state {
            State::New => writeln!(
                text,
                "{}: there was no `{path}`, or nothing in it",
                terminal::doubtful("new")
            ),
            State::Unchanged => writeln!(text, "{}", terminal::good("unchanged")),
            State::Changed => Ok(()),
        };
        for change in &self.changes {
            let _ = writeln!(text, "{}: {change}", terminal::doubtful("changed"));
        }
        text
    }
}

fn kib(bytes: usize) -> String {
    format!("{} KiB", bytes.div_ceil(1024))
}
