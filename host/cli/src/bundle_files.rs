//! The files of a bundle, before they are written anywhere.

use crate::about::About;
use crate::assembly::Assembly;
use crate::patience::Patience;
use admit_engine::bundle::{ABOUT, Entry, INDEX, Index, MOST_COMPILED};
use admit_engine::{Compiler, Digest, Engine, Target};
use anyhow::{Context, bail};
use std::collections::BTreeMap;

/// A bundle, by the names of its files.
pub(crate) struct BundleFiles {
    pub(crate) index: Index,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl BundleFiles {
    /// Compiles an assembly for a kind of machine, after refusing what would fail on every
    /// sign-up. The same input gives the same bytes.
    pub(crate) fn of(assembly: Assembly, target: Target) -> anyhow::Result<BundleFiles> {
        assembly.checked(&Engine::new(1)?)?;
        let compiler = Compiler::for_target(target)?;
        let mut entries = BTreeMap::new();
        let mut files = BTreeMap::new();
        let mut by_source = BTreeMap::new();
        for (name, bytes) in &assembly.components {
            let source = Digest::of(bytes);
            let entry = match by_source.get(&source) {
                Some(entry) => *entry,
                None => {
                    let compiled = compile(&compiler, name, bytes, target)?;
                    let entry = Entry { source, compiled: Digest::of(&compiled) };
                    files.insert(entry.file_name(), compiled);
                    by_source.insert(source, entry);
                    entry
                }
            };
            entries.insert(name.clone(), entry);
        }
        let about = About::of(assembly.components.values().map(Vec::as_slice))?.to_json()?;
        let mut index = Index::new(assembly.manifest, target, entries);
        index.about = Some(Digest::of(&about));
        files.insert(ABOUT.to_owned(), about);
        files.insert(INDEX.to_owned(), index.to_text()?.into_bytes());
        Ok(BundleFiles { index, files })
    }

    /// The size of a component when it is compiled, in bytes.
    pub(crate) fn compiled_size(&self, entry: &Entry) -> usize {
        self.files.get(&entry.file_name()).map_or(0, Vec::len)
    }
}

fn compile(
    compiler: &Compiler,
    name: &str,
    bytes: &[u8],
    target: Target,
) -> anyhow::Result<Vec<u8>> {
    let _patience = Patience::with(format!("compiling `{name}` for {target}"));
    let compiled = compiler.compile(bytes).with_context(|| format!("`{name}`"))?;
    if compiled.len() as u64 > MOST_COMPILED {
        bail!(
            "`{name}` is {} MiB when it is compiled, and the function reads at most {} MiB",
            compiled.len() >> 20,
            MOST_COMPILED >> 20
        );
    }
    Ok(compiled)
}
