//! The index of a bundle, and what is wrong with the files beside it.

use crate::package::source_folder::SourceFolder;
use admit_core::printable;
use admit_engine::bundle::{ABOUT, INDEX, Index};
use admit_engine::{CodeHash, Digest};
use std::collections::BTreeMap;

/// An index, with all settings that are known.
pub(crate) struct Known {
    pub(crate) index: Index,
    /// Whether those are known of the policies that were configured when it was made.
    pub(crate) has_settings: bool,
}

/// The index among the files of a bundle, with the settings that lie beside it. An error says what
/// is wrong.
pub(crate) fn index(
    files: &BTreeMap<String, Vec<u8>>,
    sources: &SourceFolder,
) -> Result<Known, String> {
    let mut index = index_alone(files)?;
    let settings = match index.configured.is_empty() {
        true => Some(BTreeMap::new()),
        false => sources.settings_of(&index),
    };
    let has_settings = settings.is_some();
    index.put_settings(settings.unwrap_or_default());
    Ok(Known { index, has_settings })
}

fn index_alone(files: &BTreeMap<String, Vec<u8>>) -> Result<Index, String> {
    let bytes = files.get(INDEX).ok_or_else(|| format!("there is no `{INDEX}`"))?;
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    Index::from_text(text)
}

/// What is wrong with the files of a bundle beside its index, and what its policies lack.
pub(crate) fn flaws(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let Ok(index) = index_alone(files) else { return Vec::new() };
    let manifest = index.manifest().ok();
    let decides_nothing = manifest.as_ref().is_some_and(|manifest| {
        manifest.policies.is_empty() && manifest.when_no_policy_applies.is_none()
    });
    let unloadable = decides_nothing.then(|| {
        format!("{INDEX}: it names no policy, and does not say `when-no-policy-applies`: it cannot be loaded")
    });
    let policies = manifest.map(|manifest| manifest.policies).unwrap_or_default();
    let lacking =
        policies.iter().filter(|policy| !index.components.contains_key(&policy.component));
    let lacking = lacking.map(|policy| {
        let component = printable(&policy.component, 100);
        format!("policy `{}`: its component `{component}` is not in the bundle", policy.id)
    });
    let compiled = index.compiled().into_iter().map(|(name, sum)| (name, Sum::Compiled(sum)));
    let about = index.about.map(|digest| (ABOUT.to_owned(), Sum::Other(digest)));
    let named: BTreeMap<String, Sum> = compiled.chain(about).collect();
    let broken = named.iter().filter_map(|(name, sum)| match files.get(name) {
        None => Some(format!("{name}: missing")),
        Some(bytes) if !sum.is_of(bytes) => Some(format!("{name}: damaged")),
        Some(_) => None,
    });
    let others = files.keys().filter(|name| *name != INDEX && !named.contains_key(*name));
    let others = others.map(|name| format!("`{}`: not used", printable(name, 100)));
    unloadable.into_iter().chain(lacking).chain(broken).chain(others).collect()
}

/// By what a file of a bundle is known to be whole.
enum Sum {
    Compiled(CodeHash),
    Other(Digest),
}

impl Sum {
    fn is_of(&self, bytes: &[u8]) -> bool {
        match self {
            Sum::Compiled(code_hash) => CodeHash::new(bytes) == *code_hash,
            Sum::Other(digest) => Digest::new(bytes) == *digest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::Manifest;
    use admit_engine::Target;
    use admit_engine::bundle::{Entry, file_name};

    #[test]
    fn a_policy_without_a_component_is_a_flaw() {
        let policy = |id: &str, component: &str| {
            format!(
                "[[policy]]\nid = {id:?}\ncomponent = {component:?}\nreads = []\nverdicts = []\n"
            )
        };
        let text = policy("p", "p.wasm") + &policy("q", "\u{2800}q.wasm");
        let manifest = Manifest::from_toml("admit.toml", &text).unwrap();
        let compiled = CodeHash::new(b"native");
        let entry = Entry { source: Digest::new(b"p"), compiled: Some(compiled) };
        let components = BTreeMap::from([("p.wasm".to_owned(), entry)]);
        let index = Index::new(manifest, Target::X86_64, components).to_text().unwrap();
        let files = BTreeMap::from([
            (INDEX.to_owned(), index.into_bytes()),
            (file_name(compiled), b"native".to_vec()),
        ]);
        assert_eq!(flaws(&files), ["policy `q`: its component `q.wasm` is not in the bundle"]);
    }
}
