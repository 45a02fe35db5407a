//! What tells one policy set from another, however it is compiled.

use crate::Digest;
use admit_core::{Manifest, RawManifest};

/// The digest of everything that decides: the manifest with every default and setting, where the
/// digest of its bytes stands for each component.
///
/// It is the same for every kind of machine and every version of wasmtime, and whatever the files of
/// the components are called. A component that is not known, by the name that the manifest gives it,
/// stands for itself by that name.
pub fn policy_set_digest(
    mut manifest: Manifest,
    source: impl Fn(&str) -> Option<Digest>,
) -> Digest {
    for policy in &mut manifest.policies {
        if let Some(digest) = source(&policy.component) {
            policy.component = digest.to_string();
        }
    }
    // Keys of settings are in the order of the alphabet, all else in that of the types.
    let text = serde_json::to_string(&RawManifest::from(manifest)).unwrap_or_default();
    Digest::of(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(line: &str, component: &str) -> Digest {
        let text = format!(
            "{line}\n[[policy]]\nid = \"p\"\ncomponent = \"{component}\"\nreads = []\n\
             verdicts = []\n"
        );
        let manifest = Manifest::from_toml("admit.toml", &text).unwrap();
        policy_set_digest(manifest, |name| Some(Digest::of(&name.as_bytes()[..1])))
    }

    #[test]
    fn it_depends_on_what_decides_and_not_on_names() {
        let plain = digest("", "a.wasm");
        assert_eq!(digest("", "another-name"), plain);
        assert_eq!(digest("budget = \"2s\"", "a"), plain, "the default");
        for (line, component) in
            [("budget = \"1s\"", "a"), ("when-nobody-applies = \"admit\"", "a"), ("", "b")]
        {
            assert_ne!(digest(line, component), plain, "{line} {component}");
        }
    }

    #[test]
    fn keys_of_settings_have_no_order() {
        let settings = |settings: &str| {
            let text = format!(
                "[[policy]]\nid = \"p\"\ncomponent = \"p\"\nreads = []\nverdicts = []\n\
                 settings = {{ {settings} }}\n"
            );
            policy_set_digest(Manifest::from_toml("admit.toml", &text).unwrap(), |_| None)
        };
        let plain = settings("a = { x = 1, y = 2 }, b = [1, 2]");
        assert_eq!(settings("b = [1, 2], a = { y = 2, x = 1 }"), plain);
        assert_ne!(settings("a = { x = 1, y = 2 }, b = [2, 1]"), plain);
    }
}
