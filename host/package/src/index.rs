//! The index of a bundle, and what is wrong with the files beside it.

use crate::bounds;
use crate::stored_file::{StoredFile, StoredFiles};
use admit_core::printable;
use admit_engine::bundle::{ABOUT, INDEX, Index};
use admit_engine::{CodeHash, Digest};
use std::collections::BTreeMap;

/// The index among the files of a bundle. An error says what is wrong.
///
/// # Errors
///
/// Where there is none, or not one that `admit bundle` wrote, or one that is too large.
pub fn read_index(files: &StoredFiles) -> Result<Index, String> {
    let file = files.get(INDEX).ok_or_else(|| format!("there is no `{INDEX}`"))?;
    let text = std::str::from_utf8(file.text()?).map_err(|error| error.to_string())?;
    bounds::check(text.as_bytes())?;
    Index::from_text(text)
}

/// What is wrong with the files of a bundle beside its index, and what its policies lack.
pub fn flaws(files: &StoredFiles) -> Vec<String> {
    let Ok(index) = read_index(files) else { return Vec::new() };
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
        Some(file) => sum.flaw_of(file).map(|flaw| format!("{name}: {flaw}")),
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
    /// What is wrong with a file that should have it.
    fn flaw_of(&self, file: &StoredFile) -> Option<String> {
        let is_whole = match self {
            Sum::Compiled(code_hash) => file.code_hash == *code_hash,
            Sum::Other(digest) => match file.text() {
                Ok(text) => Digest::new(text) == *digest,
                Err(reason) => return Some(reason),
            },
        };
        (!is_whole).then(|| "damaged".to_owned())
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
        let file = |name: &str, bytes: &[u8]| (name.to_owned(), StoredFile::new(name, bytes));
        let files = StoredFiles::from([
            file(INDEX, index.as_bytes()),
            file(&file_name(compiled), b"native"),
        ]);
        assert_eq!(flaws(&files), ["policy `q`: its component `q.wasm` is not in the bundle"]);
    }
}
