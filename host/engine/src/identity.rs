//! The digest that identifies a policy set, independent of its compiled code.

use crate::hash::Digest;
use admit_core::{Manifest, PolicyId, RawManifest, Settings};
use serde_json::Map;

/// Computes the digest of everything that affects decisions: the manifest with every default, in
/// which components and settings are replaced by their digests.
///
/// The digest does not depend on the architecture, the version of wasmtime, or the file names of
/// the components. `source` returns the digest of a component by its name in the manifest; a
/// component without one is identified by that name. `settings` returns the digest of a policy's
/// settings; without one, those of the manifest are hashed.
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
    let manifest = RawManifest::from(manifest);
    // Writing JSON fails only for keys that are not strings, which a manifest does not have.
    let text = serde_json::to_string(&manifest).unwrap_or_else(|error| error.to_string());
    Digest::new(text.as_bytes())
}

/// Computes the digest of settings, as passed to `configure`.
pub fn settings_digest(settings: &Settings) -> Digest {
    Digest::new(settings.to_json().as_bytes())
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
        policy_set_digest(manifest, |name| Some(Digest::new(&name.as_bytes()[..1])), |_| None)
    }

    #[test]
    fn the_digest_depends_on_what_affects_decisions_and_not_on_names() {
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
    fn the_order_of_keys_in_settings_does_not_matter_and_a_digest_can_replace_them() {
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
