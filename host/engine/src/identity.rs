//! What tells one policy set from another, however it is compiled.

use crate::digest::Digest;
use admit_core::{Manifest, PolicyId, RawManifest, Settings};
use serde_json::Map;

/// The digest of everything that decides: the manifest with every default, in which digests stand
/// for the bytes of each component and for the settings of each policy.
///
/// It is the same for every kind of machine and every version of wasmtime, and whatever the files of
/// the components are called. A component that is not known, by the name that the manifest gives it,
/// stands for itself by that name. Settings are those of the manifest where no digest is known.
pub fn policy_set_digest(
    mut manifest: Manifest,
    source: impl Fn(&str) -> Option<Digest>,
    settings: impl Fn(&PolicyId) -> Option<Digest>,
) -> Digest {
    for policy in &mut manifest.policies {
        if let Some(digest) = source(&policy.component) {
            policy.component = digest.to_string();
        }
        let digest = settings(&policy.id).unwrap_or_else(|| settings_digest(&policy.settings));
        let digest = ("digest".to_owned(), digest.to_string().into());
        policy.settings = Map::from_iter([digest]).into();
    }
    let text = serde_json::to_string(&RawManifest::from(manifest)).unwrap_or_default();
    Digest::of(text.as_bytes())
}

/// The digest of settings as the policy is handed them.
pub fn settings_digest(settings: &Settings) -> Digest {
    Digest::of(settings.to_json().as_bytes())
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
        policy_set_digest(manifest, |name| Some(Digest::of(&name.as_bytes()[..1])), |_| None)
    }

    #[test]
    fn it_depends_on_what_decides_and_not_on_names() {
        let plain = digest("", "a.wasm");
        assert_eq!(digest("", "another-name"), plain);
        assert_eq!(digest("budget = \"2s\"", "a"), plain, "the default");
        for (line, component) in
            [("budget = \"1s\"", "a"), ("when-no-policy-applies = \"admit\"", "a"), ("", "b")]
        {
            assert_ne!(digest(line, component), plain, "{line} {component}");
        }
    }

    #[test]
    fn keys_of_settings_have_no_order_and_a_digest_stands_for_them() {
        let manifest = |settings: &str| {
            let text = format!(
                "[[policy]]\nid = \"p\"\ncomponent = \"p\"\nreads = []\nverdicts = []\n\
                 settings = {{ {settings} }}\n"
            );
            Manifest::from_toml("admit.toml", &text).unwrap()
        };
        let digest = |settings| policy_set_digest(manifest(settings), |_| None, |_| None);
        let (one, other) = ("a = { x = 1, y = 2 }, b = [1, 2]", "b = [1, 2], a = { y = 2, x = 1 }");
        assert_eq!(digest(one), digest(other));
        assert_ne!(digest(one), digest("a = { x = 1, y = 2 }, b = [2, 1]"));
        let known = settings_digest(&manifest(one).policies[0].settings);
        let without = policy_set_digest(manifest(""), |_| None, |_| Some(known));
        assert_eq!(without, digest(one));
    }
}
