//! Checks that the code of a bundle comes from its components.

pub(crate) mod sources;

use crate::bundle::build::compile;
use crate::output::terminal;
use crate::package::deployment::{Deployment, Kind};
use crate::package::source_folder::SourceFolder;
use crate::policy_set::compiled_cache;
use crate::policy_set::snapshot_job::snapshot;
use crate::process::parallel;
use crate::verify::sources::Sources;
use admit_core::{Policy, PolicyId, grouped, printable};
use admit_engine::bundle::{ABOUT, ConfiguredPolicy, file_name};
use admit_engine::{CodeHash, Compiler, Digest, Target, WASMTIME_VERSION};
use admit_package::about::About;
use admit_package::bootstrap;
use anyhow::bail;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// The result of compiling the components of a bundle again.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verification {
    kind: &'static str,
    path: String,
    /// The digest of the index.
    digest: Digest,
    target: Target,
    policies: Vec<Verified>,
    /// Whether the descriptions in the bundle match the components; `None` if there are none.
    about: Option<State>,
    /// What is not checked: the bootstrap of a package.
    bootstrap: Option<Digest>,
    /// What would not work, and what does not belong there.
    flaws: Vec<String>,
    /// An innocent explanation for all differences, if there is one.
    remark: Option<String>,
}

/// One policy, and whether its code comes from its component.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    policy: PolicyId,
    state: State,
    /// The digest of its component.
    source: Option<Digest>,
    /// The file of the component.
    file: Option<String>,
    /// The hash of its code.
    compiled: Option<CodeHash>,
    /// The problem, if any.
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// It matches the components.
    Verified,
    /// It differs.
    OtherCode,
    /// The description differs from the components.
    OtherWords,
    /// The component is missing.
    NoComponent,
    /// The settings of its snapshot are missing.
    NoSettings,
}

/// The maximum number of characters of a reason, which may contain text of a component.
const REASON: usize = 300;

/// The maximum number of policies and of flaws in a text; JSON has all of them.
const MAX_SHOWN: usize = 200;

/// The compiler and the options for compiling a bundle again.
struct Verifier<'a> {
    deployment: &'a Deployment,
    sources: &'a Sources,
    compiler: Compiler,
}

impl Verification {
    /// Compiles the components of a bundle as its index describes.
    pub(crate) fn of(deployment: &Deployment, sources: &Sources) -> anyhow::Result<Verification> {
        let Deployment { index, path, .. } = deployment;
        if index.engine != WASMTIME_VERSION {
            bail!(
                "`{path}` is compiled by wasmtime {}, and this `admit` compiles by \
                 {WASMTIME_VERSION}: verify it with the `admit` that made it",
                printable(&index.engine, 40)
            );
        }
        let verifier =
            Verifier { deployment, sources, compiler: compiled_cache::compiler(index.target)? };
        let policies = &deployment.manifest.policies;
        let verified = parallel::map(policies, |policy| verifier.policy(policy));
        Ok(Verification {
            kind: deployment.kind.name(),
            path: path.clone(),
            digest: deployment.digest,
            target: index.target,
            policies: verified.into_iter().collect::<anyhow::Result<_>>()?,
            about: verifier.about()?,
            bootstrap: deployment.bootstrap.as_deref().map(Digest::new),
            flaws: deployment.flaws.clone(),
            remark: other_version(deployment),
        })
    }

    /// Returns whether everything is verified.
    pub(crate) fn is_complete(&self) -> bool {
        let policies = self.policies.iter().map(|policy| policy.state);
        self.flaws.is_empty() && policies.chain(self.about).all(|state| state == State::Verified)
    }

    /// The policies that a text shows. If there are too many, those that are not verified come first.
    fn shown(&self) -> impl Iterator<Item = &Verified> {
        let too_many = self.policies.len() > MAX_SHOWN;
        let of = move |is_first: bool| {
            let is_first_one = move |one: &&Verified| !too_many || one.state != State::Verified;
            self.policies.iter().filter(move |one| is_first_one(one) == is_first)
        };
        of(true).chain(of(false)).take(MAX_SHOWN)
    }

    pub(crate) fn to_text(&self, folder: &str) -> String {
        let (path, folder) = (printable(&self.path, REASON), printable(folder, REASON));
        let folder = folder.as_str();
        let mut text = format!("{}  {path}\nbundle.json  {}\n", self.kind, self.digest);
        for Verified { policy, state, source, compiled, reason, .. } in self.shown() {
            let _ = writeln!(text, "policy `{policy}`: {}", state.words(*source, folder));
            if let Some(reason) = reason {
                let compiled = compiled.filter(|_| *state == State::OtherCode);
                let compiled = compiled.map_or_else(String::new, |sum| format!("{sum}: "));
                let _ = writeln!(text, "  {compiled}{reason}");
            }
        }
        let more = self.policies.len().saturating_sub(MAX_SHOWN);
        if more > 0 {
            let _ = writeln!(text, "… and {} more policies", grouped(more as u64));
        }
        if let Some(state) = self.about {
            let _ = writeln!(text, "{ABOUT}: {}", state.words(None, folder));
        }
        for flaw in self.flaws.iter().take(MAX_SHOWN) {
            let _ = writeln!(text, "{}: {flaw}", terminal::bad("flaw"));
        }
        let more = self.flaws.len().saturating_sub(MAX_SHOWN);
        if more > 0 {
            let _ = writeln!(text, "… and {} more flaws", grouped(more as u64));
        }
        if let Some(bootstrap) = self.bootstrap {
            let _ = writeln!(text, "bootstrap: not compared, {bootstrap}");
        }
        if let Some(remark) = &self.remark {
            let _ = writeln!(text, "{remark}");
        }
        let verified = self.policies.iter().filter(|policy| policy.state == State::Verified);
        let _ =
            writeln!(text, "\n{} of {} policies verified", verified.count(), self.policies.len());
        text
    }
}

impl State {
    fn words(self, source: Option<Digest>, folder: &str) -> String {
        match (self, source) {
            (State::Verified, _) => terminal::good("verified"),
            (State::OtherCode, _) => terminal::bad("other code"),
            (State::OtherWords, _) => terminal::bad("says something else than the components"),
            (State::NoComponent, Some(source)) => {
                terminal::doubtful(&format!("no component with digest {source} in `{folder}`"))
            }
            (State::NoComponent, None) => {
                terminal::doubtful("not compared: not every component is there")
            }
            (State::NoSettings, _) => terminal::doubtful("no settings to configure it by"),
        }
    }
}

/// The reason why a policy is not verified.
type Doubt = (State, Option<String>);

fn other_code(reason: impl Into<String>) -> Doubt {
    (State::OtherCode, Some(printable(&reason.into(), REASON)))
}

impl Verifier<'_> {
    fn policy(&self, policy: &Policy) -> anyhow::Result<Verified> {
        let index = &self.deployment.index;
        let entry = index.components.get(&policy.component);
        let configured = index.configured.get(&policy.id);
        let source = entry.map(|entry| entry.source);
        // The function reads this file.
        let compiled =
            configured.map(|policy| policy.compiled).or_else(|| entry.and_then(|e| e.compiled));
        let (state, reason) =
            match source.map(|source| self.sources.component(source)).transpose()? {
                None => other_code("the bundle names no component for it"),
                Some(None) => (State::NoComponent, None),
                Some(Some(bytes)) => match self.compare(policy, &bytes, configured, compiled) {
                    Ok(()) => (State::Verified, None),
                    Err(doubt) => doubt,
                },
            };
        Ok(Verified {
            policy: policy.id.clone(),
            state,
            source,
            file: source.and_then(|source| self.sources.file(source)),
            compiled,
            reason,
        })
    }

    /// Compiles a component as for the bundle, and compares the code byte for byte.
    fn compare(
        &self,
        policy: &Policy,
        component: &[u8],
        configured: Option<&ConfiguredPolicy>,
        compiled: Option<CodeHash>,
    ) -> Result<(), Doubt> {
        let Some(compiled) = compiled else {
            return Err(other_code("the bundle has no code for it"));
        };
        let name = &policy.component;
        let taken = match configured {
            None => None,
            Some(_) if !self.deployment.has_settings => return Err(self.no_settings()),
            Some(configured) => {
                let taken = snapshot(component, policy).map_err(|reason| {
                    other_code(format!("its component cannot be configured ahead: {reason}"))
                })?;
                if taken.snapshot.fuel != configured.fuel {
                    return Err(other_code(format!(
                        "to configure it takes {} units of fuel, and the bundle says {}",
                        taken.snapshot.fuel, configured.fuel
                    )));
                }
                Some(taken.component)
            }
        };
        let component = taken.as_deref().unwrap_or(component);
        let code = compile(&self.compiler, name, component)
            .map_err(|error| other_code(format!("its component cannot be compiled: {error:#}")))?;
        match self.deployment.files.get(&file_name(compiled)) {
            Some(file) if file.code_hash == CodeHash::new(&code) => Ok(()),
            None => Err(other_code("its compiled file is missing")),
            Some(file) if file.code_hash != compiled => {
                Err(other_code("its compiled file is damaged"))
            }
            _ => Err(other_code(format!("its component is compiled to {}", CodeHash::new(&code)))),
        }
    }

    fn no_settings(&self) -> Doubt {
        let folder = SourceFolder::at(Path::new(&self.sources.folder));
        let reason = folder.manifest_of(&self.deployment.index).err();
        (State::NoSettings, reason.map(|reason| printable(&format!("{reason:#}"), REASON)))
    }

    /// Compares the descriptions in the bundle with the components.
    fn about(&self) -> anyhow::Result<Option<State>> {
        let index = &self.deployment.index;
        let Some(about) = index.about else { return Ok(None) };
        let mut components = BTreeMap::new();
        for entry in index.components.values() {
            match self.sources.component(entry.source)? {
                Some(bytes) => components.insert(entry.source, bytes),
                None => return Ok(Some(State::NoComponent)),
            };
        }
        // A file that is not a component is reported for its policy.
        let is = About::of(components.values().map(Vec::as_slice));
        let is = is.and_then(|about| Ok(Digest::new(&about.to_json()?)));
        Ok(Some(match is.is_ok_and(|is| is == about) {
            true => State::Verified,
            false => State::OtherWords,
        }))
    }
}

/// Returns a hint if another version of `admit` compiled the code.
fn other_version(deployment: &Deployment) -> Option<String> {
    let version = bootstrap::version(deployment.bootstrap.as_deref()?)?;
    let here = env!("CARGO_PKG_VERSION");
    (deployment.kind == Kind::Package && version != here).then(|| {
        format!(
            "the bootstrap is of admit {version}, and this is {here}: verify it with the `admit` \
             that made it"
        )
    })
}
