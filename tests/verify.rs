//! `admit verify`: whether the code of a bundle is what its components are compiled to.

use admit_core::{Manifest, PolicyId};
use admit_engine::bundle::{ABOUT, ConfiguredPolicy, INDEX, Index, file_name};
use admit_engine::{Digest, policy_set_digest, settings_digest};
use admit_tests::{admit, component, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

const NAMES: [&str; 3] = ["email-domain", "verify-contact", "minimum-username-length"];

/// A bundle of the samples, and their components in a folder, under other names.
struct Place(TempDir);

impl Place {
    fn new(more: &[&str]) -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::create_dir(place.path("components")).unwrap();
        for (number, name) in NAMES.iter().enumerate() {
            let copy = place.path("components").join(format!("{number}.wasm"));
            fs::copy(component(name), copy).unwrap();
        }
        fs::write(place.path("components/README.txt"), "What was bundled.").unwrap();
        let mut command = admit();
        command.args(["bundle", "--manifest", "plugins/admit.toml", "-o"]);
        let output = command.arg(place.path("bundle")).args(more).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn verify(&self, more: &[&str]) -> Output {
        let mut command = admit();
        command.arg("verify").arg(self.path("bundle")).arg("--components");
        command.arg(self.path("components")).args(more).output().unwrap()
    }

    /// The exit status, the states of the policies, and the whole.
    fn states(&self) -> (Option<i32>, Vec<String>, Value) {
        let output = self.verify(&["--format", "json"]);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let policies = found["policies"].as_array().unwrap().iter();
        let states = policies.map(|policy| policy["state"].as_str().unwrap().to_owned());
        (output.status.code(), states.collect(), found)
    }

    fn index(&self) -> Index {
        let text = fs::read_to_string(self.path("bundle").join(INDEX)).unwrap();
        Index::from_text(&text).unwrap()
    }

    /// Changes the index, and seals it anew.
    fn reseal(&self, change: impl FnOnce(&mut Index)) {
        let mut index = self.index();
        change(&mut index);
        fs::write(self.path("bundle").join(INDEX), index.to_text().unwrap()).unwrap();
    }
}

fn id(id: &str) -> PolicyId {
    PolicyId::new(id).unwrap()
}

fn digest(path: &Path) -> Digest {
    Digest::new(&fs::read(path).unwrap())
}

/// On either machine, and however policies are configured.
#[test]
fn a_bundle_is_verified() {
    for more in [&[][..], &["--target", "arm64"], &["--configure", "always"]] {
        let place = Place::new(more);
        let (status, states, found) = place.states();
        assert_eq!((status, states), (Some(0), vec!["verified".to_owned(); 3]), "{found:#}");
        assert_eq!((&found["about"], &found["flaws"]), (&json!("verified"), &json!([])));
        assert_eq!(found["digest"], digest(&place.path("bundle").join(INDEX)).to_string());
        assert_eq!(found["policies"][1]["file"], "1.wasm");
    }
    let output = Place::new(&[]).verify(&[]);
    assert_eq!(output.status.code(), Some(0));
    let said = stdout(&output);
    for name in NAMES {
        assert!(said.contains(&format!("\npolicy `{name}`: verified\n")), "{said}");
    }
    assert!(said.ends_with("\nabout.json: verified\n\n3 of 3 policies verified\n"), "{said}");
}

#[test]
fn the_code_of_another_policy_is_other_code() {
    let place = Place::new(&[]);
    let mut own = None;
    place.reseal(|index| {
        let other = index.configured[&id(NAMES[0])];
        let settings = index.configured[&id(NAMES[2])].settings;
        own = index.configured.insert(id(NAMES[2]), ConfiguredPolicy { settings, ..other });
    });
    let own = own.unwrap();
    fs::remove_file(place.path("bundle").join(file_name(own.compiled))).unwrap();
    let (status, states, found) = place.states();
    assert_eq!(status, Some(3));
    assert_eq!(states, ["verified", "verified", "other-code"]);
    assert_eq!(found["flaws"], json!([]));
    // A bundled policy takes other fuel to configure, too.
    place.reseal(|index| index.configured.get_mut(&id(NAMES[2])).unwrap().fuel = own.fuel);
    let said = stdout(&place.verify(&[]));
    let other = place.index().configured[&id(NAMES[2])].compiled;
    let line = format!(
        "\npolicy `{}`: other code\n  {other}: its component is compiled to {}\n",
        NAMES[2], own.compiled
    );
    assert!(said.contains(&line), "{line} in {said}");
    assert!(said.ends_with("\n2 of 3 policies verified\n"), "{said}");
}

/// A file whose name is right and whose content is not is a flaw, and no code of its component.
#[test]
fn a_damaged_file_is_other_code_and_a_defect() {
    let place = Place::new(&["--configure", "always"]);
    let compiled = place.index().components[NAMES[1]].compiled.unwrap();
    let path = place.path("bundle").join(file_name(compiled));
    let mut code = fs::read(&path).unwrap();
    code[1000] ^= 1;
    fs::write(path, code).unwrap();
    let (status, states, found) = place.states();
    assert_eq!((status, states[1].as_str()), (Some(3), "other-code"));
    assert_eq!(found["flaws"], json!([format!("{}: damaged", file_name(compiled))]));
    // A file that no policy needs is a defect too.
    let place = Place::new(&[]);
    fs::write(place.path("bundle").join("00.cwasm"), "").unwrap();
    let (status, states, found) = place.states();
    assert_eq!((status, states), (Some(3), vec!["verified".to_owned(); 3]));
    assert_eq!(found["flaws"], json!(["`00.cwasm`: not used"]));
}

#[test]
fn a_component_that_is_not_there_is_named() {
    let place = Place::new(&[]);
    let missing = digest(&place.path("components/1.wasm"));
    fs::remove_file(place.path("components/1.wasm")).unwrap();
    let (status, states, found) = place.states();
    assert_eq!(status, Some(3));
    assert_eq!(states, ["verified", "no-component", "verified"]);
    assert_eq!(found["about"], "no-component");
    let (said, folder) = (stdout(&place.verify(&[])), place.path("components"));
    let line = format!(
        "\npolicy `{}`: no component with digest {missing} in `{}`\n",
        NAMES[1],
        folder.display()
    );
    assert!(said.contains(&line), "{line} in {said}");
}

#[test]
fn the_settings_of_snapshots_are_compared() {
    let place = Place::new(&[]);
    let sources = place.path("bundle.sources");
    let text = fs::read_to_string(sources.join("admit.toml")).unwrap();
    let lax = text.replace("characters = 5", "characters = 6");
    assert_ne!(text, lax);
    fs::write(sources.join("admit.toml"), &lax).unwrap();
    let manifest = Manifest::from_toml("admit.toml", &lax).unwrap();
    let settings = manifest.policies[2].settings.clone();
    let policy_set =
        policy_set_digest(manifest, |name| Some(digest(&sources.join(name))), |_| None);
    place.reseal(|index| {
        index.policy_set = policy_set;
        let configured = index.configured.get_mut(&id(NAMES[2])).unwrap();
        configured.settings = settings_digest(&settings);
    });
    assert_eq!(place.states().1, ["verified", "verified", "other-code"]);
    // The fuel that counts as used for each sign-up.
    let place = Place::new(&[]);
    place.reseal(|index| index.configured.get_mut(&id(NAMES[0])).unwrap().fuel += 1);
    let (status, states, found) = place.states();
    assert_eq!((status, states[0].as_str()), (Some(3), "other-code"));
    let reason = found["policies"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("to configure it takes "), "{reason}");
}

#[test]
fn the_metadata_of_components_is_compared() {
    let place = Place::new(&[]);
    let path = place.path("bundle").join(ABOUT);
    let text = fs::read_to_string(&path).unwrap();
    let lovely = text.replace("username-too-short", "username-too-lovely");
    assert_ne!(text, lovely);
    fs::write(&path, &lovely).unwrap();
    place.reseal(|index| index.about = Some(Digest::new(lovely.as_bytes())));
    let (status, states, found) = place.states();
    assert_eq!((status, states), (Some(3), vec!["verified".to_owned(); 3]));
    assert_eq!(found["about"], "other-words");
}

#[test]
fn an_unverifiable_bundle_is_an_error() {
    let place = Place::new(&[]);
    place.reseal(|index| index.engine = "47.0.0".to_owned());
    let output = place.verify(&[]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(
        said.contains("is compiled by wasmtime 47.0.0, and this `admit` compiles by"),
        "{said}"
    );
    let run = |path: &Path, components: &Path| {
        let mut command = admit();
        let output = command.arg("verify").arg(path).arg("--components").arg(components).output();
        let output = output.unwrap();
        (output.status.code(), stderr(&output))
    };
    let (status, said) = run(&place.path("nowhere"), &place.path("components"));
    assert_eq!(status, Some(1));
    assert!(
        said.contains("nowhere` not found: expected the folder of a bundle, or a package"),
        "{said}"
    );
    let (status, said) = run(&place.path("components"), &place.path("components"));
    assert_eq!(status, Some(1));
    assert!(said.contains("is neither the folder of a bundle nor a package"), "{said}");
    let (status, said) = run(&place.path("bundle"), &place.path("nowhere"));
    assert_eq!(status, Some(1));
    assert!(said.contains("cannot read the folder of components"), "{said}");
}
