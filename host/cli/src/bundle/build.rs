//! Builds the files of a bundle in memory.

use crate::bundle::snapshot_check::difference;
use crate::cases::Suite;
use crate::package::source_folder::SourceFolder;
use crate::policy_set::compiled_cache;
use crate::policy_set::loaded_manifest::{Compiled, LoadedManifest};
use crate::policy_set::origin::Origin;
use crate::policy_set::snapshot_job::snapshot;
use crate::process::parallel;
use admit_core::{Policy, PolicyId};
use admit_engine::bundle::{
    ABOUT, ConfiguredPolicy, Entry, INDEX, Index, MAX_COMPILED_BYTES, file_name,
};
use admit_engine::{CodeHash, Compiler, Digest, Engine, NoSnapshot, Target, settings_digest};
use admit_package::about::About;
use admit_package::{StoredFile, flaws, read_index};
use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// The files of a bundle, by name.
pub(crate) struct BundleFiles {
    /// The index, with all settings.
    pub(crate) index: Index,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// The sources, which are written beside the bundle.
    pub(crate) sources: BTreeMap<String, Vec<u8>>,
    /// The policies that could not be configured ahead of time, with the reasons.
    pub(crate) unconfigured: Vec<(PolicyId, NoSnapshot)>,
}

/// The time at which policies are configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Configure {
    /// Once, at bundle time, where possible and worthwhile
    Ahead,
    /// On every sign-up
    Always,
}

/// The fuel of `configure` from which a policy that shares its component is configured ahead of
/// time, which requires a compiled file of its own.
const WORTH_A_FILE: u64 = 50_000;

impl BundleFiles {
    /// Compiles the policies of a manifest for a target, after rejecting whatever would fail on
    /// every sign-up. The same input gives the same bytes.
    pub(crate) fn build(
        loaded: LoadedManifest,
        target: Target,
        configure: Configure,
    ) -> anyhow::Result<BundleFiles> {
        let engine = Arc::new(compiled_cache::engine()?);
        let compiled_here = loaded.checked(&engine)?;
        let compiler = compiled_cache::compiler(target)?;
        let policies = &loaded.manifest.policies;
        let mut users = HashMap::new();
        for policy in policies {
            *users.entry(Digest::new(&loaded.components[&policy.component])).or_insert(0) += 1;
        }
        let ahead = AheadOfTime {
            engine: &engine,
            compiled_here: &compiled_here,
            compiler: &compiler,
            loaded: &loaded,
            users,
            events: events(&loaded),
        };
        let snapshots = parallel::map(policies, |policy| match configure {
            Configure::Ahead => ahead.configure(policy),
            Configure::Always => None,
        });
        let (mut configured, mut files) = (BTreeMap::new(), BTreeMap::new());
        let (mut unconfigured, mut shared) = (Vec::new(), HashMap::new());
        for (policy, snapshot) in policies.iter().zip(snapshots) {
            match snapshot {
                Some(Ok((entry, code))) => {
                    files.insert(file_name(entry.compiled), code);
                    configured.insert(policy.id.clone(), entry);
                    continue;
                }
                Some(Err(NoSnapshot::Differs(how))) => bail!(
                    "policy `{}` would decide differently in the function than in review: its \
                     snapshot differs from its component: {how}; otherwise, bundle it with \
                     `--configure always`",
                    policy.id
                ),
                Some(Err(reason)) => unconfigured.push((policy.id.clone(), reason)),
                None => {}
            }
            let bytes = &loaded.components[&policy.component];
            shared.insert(Digest::new(bytes), (&policy.component, bytes));
        }
        let shared: Vec<_> = shared.into_iter().collect();
        let codes = parallel::map(&shared, |(source, (name, bytes))| {
            compile(&compiler, name, bytes).map(|code| (*source, code))
        });
        let mut compiled = HashMap::new();
        for code in codes {
            let (source, code) = code?;
            let code_hash = CodeHash::new(&code);
            compiled.insert(source, code_hash);
            files.insert(file_name(code_hash), code);
        }
        let entry = |bytes: &Vec<u8>| {
            let source = Digest::new(bytes);
            Entry { source, compiled: compiled.get(&source).copied() }
        };
        let components = loaded.components.iter();
        let entries = components.map(|(name, bytes)| (name.clone(), entry(bytes))).collect();
        let about = About::of(loaded.components.values().map(Vec::as_slice))?.to_json()?;
        let sources = SourceFolder::files(&loaded)?;
        let mut index = Index::new(loaded.manifest, target, entries);
        index.about = Some(Digest::new(&about));
        files.insert(ABOUT.to_owned(), about);
        index.configured = configured;
        // The function does not need the settings of policies that are configured already.
        let settings = index.take_settings();
        files.insert(INDEX.to_owned(), index.to_text()?.into_bytes());
        index.put_settings(settings);
        check(&files)?;
        Ok(BundleFiles { index, files, sources, unconfigured })
    }

    /// The total size of the compiled files of a component, in bytes.
    pub(crate) fn compiled_size(&self, name: &str, entry: &Entry) -> usize {
        let policies = self.index.manifest().map(|manifest| manifest.policies).unwrap_or_default();
        let own = policies.iter().filter(|policy| policy.component == name);
        let own = own.filter_map(|policy| Some(self.index.configured.get(&policy.id)?.compiled));
        let size = |code_hash| self.files.get(&file_name(code_hash)).map_or(0, Vec::len);
        own.chain(entry.compiled).map(size).sum()
    }
}

/// Configures policies ahead of time.
struct AheadOfTime<'a> {
    engine: &'a Arc<Engine>,
    /// The components, compiled for this machine.
    compiled_here: &'a Compiled,
    compiler: &'a Compiler,
    loaded: &'a LoadedManifest,
    /// The number of policies with a component, by its digest.
    users: HashMap<Digest, usize>,
    /// The events of the cases, by component.
    events: HashMap<String, Vec<Vec<u8>>>,
}

impl AheadOfTime<'_> {
    /// Configures a policy and compiles its snapshot. Returns `None` if that is not worthwhile.
    fn configure(
        &self,
        policy: &Policy,
    ) -> Option<Result<(ConfiguredPolicy, Vec<u8>), NoSnapshot>> {
        let Policy { component: name, settings, limits, .. } = policy;
        let (bytes, settings) = (&self.loaded.components[name], settings.to_json());
        let source = Digest::new(bytes);
        let is_alone = self.users.get(&source) == Some(&1);
        let component = self.compiled_here.get(&source)?;
        let pays = || {
            let configured = self.engine.check_settings(component, limits, &settings).ok()?;
            Some(configured.fuel >= WORTH_A_FILE)
        };
        if !is_alone && pays() != Some(true) {
            return None;
        }
        let taken = match snapshot(bytes, policy) {
            Ok(taken) => taken,
            Err(reason) => return Some(Err(reason)),
        };
        let compiled = self.engine.compile_with(self.compiler, &taken.component);
        let (code, configured) = match compiled.map_err(anyhow::Error::from) {
            Ok(compiled) => compiled,
            Err(error) => return Some(Err(NoSnapshot::Unsupported(format!("{error:#}")))),
        };
        if let Err(error) = check_size(name, &code) {
            return Some(Err(NoSnapshot::Unsupported(format!("{error:#}"))));
        }
        let events = self.events.get(name).map_or(&[][..], Vec::as_slice);
        let ahead = (&configured, taken.snapshot);
        Some(match difference(self.engine, policy, component, ahead, events) {
            Some(difference) => Err(NoSnapshot::Differs(difference)),
            None => {
                let fuel = taken.snapshot.fuel;
                let compiled = CodeHash::new(&code);
                let settings = settings_digest(&policy.settings);
                Ok((ConfiguredPolicy { compiled, fuel, settings }, code))
            }
        })
    }
}

/// Refuses files that `admit inspect` would not read, such as an index that is too large.
fn check(files: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    let stored = files.iter().map(|(name, bytes)| (name.clone(), StoredFile::new(name, bytes)));
    let stored = stored.collect();
    let index =
        read_index(&stored).map_err(|reason| anyhow!("{INDEX} cannot be read: {reason}"))?;
    About::in_bundle(&index, &stored).map_err(|reason| anyhow!("{ABOUT}: {reason}"))?;
    match flaws(&stored).first() {
        Some(flaw) => bail!("the bundle has a flaw: {flaw}"),
        None => Ok(()),
    }
}

/// Compiles a component, whose code must not be larger than the function accepts.
pub(crate) fn compile(compiler: &Compiler, name: &str, bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let compiled = compiler.compile(bytes).with_context(|| format!("`{name}`"))?;
    check_size(name, &compiled)?;
    Ok(compiled)
}

fn check_size(name: &str, compiled: &[u8]) -> anyhow::Result<()> {
    if compiled.len() as u64 > MAX_COMPILED_BYTES {
        bail!(
            "the code of `{name}` has {} MiB; the function reads at most {} MiB",
            compiled.len() >> 20,
            MAX_COMPILED_BYTES >> 20
        );
    }
    Ok(())
}

/// The events for each component: from the cases beside the manifest, and from those of its project.
/// Cases that cannot be read are ignored, because `admit test` reports them.
fn events(loaded: &LoadedManifest) -> HashMap<String, Vec<Vec<u8>>> {
    let Origin::Manifest(source) = &loaded.origin else { return HashMap::new() };
    let manifest = Path::new(&source.file);
    let of = |path: &Path| {
        let suite = Suite::at(path, None);
        match suite.file().exists() {
            true => suite.events().unwrap_or_default(),
            false => Vec::new(),
        }
    };
    let all = of(manifest);
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let events = loaded.components.keys().map(|name| {
        let project = folder.join(name);
        let own = if project.is_dir() { of(&project) } else { Vec::new() };
        (name.clone(), all.iter().cloned().chain(own).collect())
    });
    events.collect()
}
