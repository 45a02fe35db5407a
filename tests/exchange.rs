//! `bundle --check` finds parts of a bundle that were exchanged, under an index that was sealed
//! anew.

use admit_core::{Manifest, PolicyId, Settings};
use admit_engine::bundle::{ABOUT, INDEX, Index, file_name};
use admit_engine::{CodeHash, Digest, policy_set_digest, settings_digest};
use admit_tests::{admit, component, stderr, stdout};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A manifest and its bundle.
struct Place {
    folder: TempDir,
    configure: &'static str,
}

impl Place {
    /// A policy that denies short names, one of the same component that denies fewer, and one
    /// that grants; made with `--configure` so.
    fn new(configure: &'static str) -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap(), configure };
        let policy = |id: &str, name: &str, settings: &str| {
            let component = component(name);
            format!(
                "[[policy]]\nid = {id:?}\ncomponent = {component:?}\nreads = [\"userName\"]\n\
                 verdicts = [\"deny\"]\nsettings = {{ {settings} }}\n"
            )
        };
        let text = policy("five", "minimum-username-length", "characters = 5")
            + &policy("two", "blocked-email-domains", "domains = [\"example.com\"]")
            + &policy("grants", "grants-everything", "");
        fs::write(place.path("admit.toml"), text).unwrap();
        assert_eq!(place.bundle(&[]).0, Some(0));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The reported changes, and the exit status.
    fn bundle(&self, more: &[&str]) -> (Option<i32>, Vec<String>) {
        let mut command = admit();
        command.args(["bundle", "--configure", self.configure, "--manifest"]);
        command.arg(self.path("admit.toml")).arg("-o").arg(self.path("bundle")).args(more);
        let output = command.output().unwrap();
        assert_eq!(stderr(&output), "");
        let said = stdout(&output);
        let changes = said.lines().filter_map(|line| line.strip_prefix("changed: "));
        (output.status.code(), changes.map(str::to_owned).collect())
    }

    fn check(&self) -> Vec<String> {
        let (status, changes) = self.bundle(&["--check"]);
        assert_eq!(status, Some(3), "{changes:?}");
        changes
    }

    /// Changes the index, and seals it anew.
    fn reseal(&self, change: impl FnOnce(&mut Index)) {
        let path = self.path("bundle").join(INDEX);
        let mut index = Index::from_text(&fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut index);
        fs::write(path, index.to_text().unwrap()).unwrap();
    }

    fn remove(&self, compiled: CodeHash) {
        fs::remove_file(self.path("bundle").join(file_name(compiled))).unwrap();
    }
}

fn id(id: &str) -> PolicyId {
    PolicyId::new(id).unwrap()
}

#[test]
fn the_code_of_another_policy_is_detected() {
    let place = Place::new("ahead");
    assert_eq!(place.bundle(&["--check"]), (Some(0), vec![]));
    let mut exchanged = None;
    place.reseal(|index| {
        let other = index.configured[&id("grants")].compiled;
        let own = &mut index.configured.get_mut(&id("five")).unwrap().compiled;
        exchanged = Some((*own, other));
        *own = other;
    });
    let (own, other) = exchanged.unwrap();
    place.remove(own);
    // Nothing in the bundle itself shows it.
    let output = admit().arg("inspect").arg(place.path("bundle")).output().unwrap();
    assert!(stdout(&output).contains("\nflaws      none\n"), "{}", stdout(&output));
    assert_eq!(place.check(), [format!("policy.five: other code: {other} → {own}")]);
}

#[test]
fn the_fuel_of_another_policy_is_detected() {
    let place = Place::new("ahead");
    let mut fuel = 0;
    place.reseal(|index| {
        let configured = index.configured.get_mut(&id("five")).unwrap();
        fuel = configured.fuel;
        configured.fuel += 1_000_000;
    });
    let line = format!("policy.five: other fuel for `configure`: {} → {fuel}", fuel + 1_000_000);
    assert_eq!(place.check(), [line]);
}

#[test]
fn the_code_of_another_component_is_detected() {
    let place = Place::new("always");
    assert_eq!(place.bundle(&["--check"]), (Some(0), vec![]));
    let name = |name: &str| component(name).display().to_string();
    let (own, other) = (name("minimum-username-length"), name("grants-everything"));
    let mut exchanged = None;
    place.reseal(|index| {
        let other = index.components[&other].compiled;
        let own = &mut index.components.get_mut(&own).unwrap().compiled;
        exchanged = Some((own.unwrap(), other.unwrap()));
        *own = other;
    });
    let (own, other) = exchanged.unwrap();
    place.remove(own);
    assert_eq!(place.check(), [format!("policy.five: other code: {other} → {own}")]);
}

/// Where every policy has a file of its own, the function reads no other.
#[test]
fn code_that_no_policy_needs_is_reported() {
    let place = Place::new("ahead");
    let name = component("minimum-username-length").display().to_string();
    let mut added = None;
    place.reseal(|index| {
        added = Some(index.configured[&id("grants")].compiled);
        index.components.get_mut(&name).unwrap().compiled = added;
    });
    let added = added.unwrap();
    let changes = place.check();
    let [only] = &changes[..] else { panic!("{changes:?}") };
    assert!(only.starts_with("component.") && only.ends_with(&format!(": {added} → none")));
}

/// Metadata in a bundle that differs from its components.
#[test]
fn other_metadata_is_not_the_same_meaning() {
    let place = Place::new("ahead");
    let path = place.path("bundle").join(ABOUT);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("username-too-short"));
    let text = text.replace("username-too-short", "username-too-lovely");
    fs::write(&path, &text).unwrap();
    let (was, is) = (Digest::new(text.as_bytes()), place.path("new"));
    place.reseal(|index| index.about = Some(was));
    let mut command = admit();
    command.args(["bundle", "--manifest"]).arg(place.path("admit.toml"));
    assert!(command.arg("-o").arg(&is).output().unwrap().status.success());
    let is = Digest::new(&fs::read(is.join(ABOUT)).unwrap());
    assert_eq!(place.check(), [format!("{ABOUT}: {was} → {is}")]);
    place.reseal(|index| index.about = None);
    fs::remove_file(path).unwrap();
    assert_eq!(place.check(), [format!("{ABOUT}: added")]);
}

/// The digest of a policy set, of whose components these are the bytes.
fn policy_set(manifest: &str, component: impl Fn(&str) -> Vec<u8>) -> Digest {
    let manifest = Manifest::from_toml("admit.toml", manifest).unwrap();
    policy_set_digest(manifest, |name| Some(Digest::new(&component(name))), |_| None)
}

/// The settings by which policies are said to be configured.
#[test]
fn other_settings_are_not_the_same_meaning() {
    let place = Place::new("ahead");
    let sources = place.path("bundle.sources");
    let text = fs::read_to_string(sources.join("admit.toml")).unwrap();
    let lax = text.replace("characters = 5", "characters = 1");
    assert_ne!(text, lax);
    fs::write(sources.join("admit.toml"), &lax).unwrap();
    // Without an index that says so too, they are not those of the bundle.
    assert_eq!(place.bundle(&["--check"]).1, [""; 0]);
    let digest = policy_set(&lax, |name| fs::read(sources.join(name)).unwrap());
    let settings: Settings = serde_json::from_str(r#"{"characters": 1}"#).unwrap();
    place.reseal(|index| {
        index.policy_set = digest;
        index.configured.get_mut(&id("five")).unwrap().settings = settings_digest(&settings);
    });
    assert_eq!(place.check(), ["policy.five.settings.characters: changed"]);
    // Where they are gone, their digest tells that they were others.
    fs::remove_dir_all(sources).unwrap();
    assert_eq!(place.check(), ["policy.five.settings: changed"]);
}

/// Where the sources are gone, code is compared all the same.
#[test]
fn other_code_is_named_without_the_sources() {
    let place = Place::new("ahead");
    fs::remove_dir_all(place.path("bundle.sources")).unwrap();
    place.reseal(|index| {
        let other = index.configured[&id("grants")].compiled;
        index.configured.get_mut(&id("five")).unwrap().compiled = other;
    });
    let changes = place.check();
    let is_named = |line: &String| line.starts_with("policy.five: other code: blake3:");
    assert!(changes.iter().any(is_named), "{changes:?}");
}

/// The index decides how a policy is configured for each sign-up; the sources beside it do not.
#[test]
fn settings_beside_the_index_hide_nothing_in_it() {
    let place = Place::new("always");
    let text = fs::read_to_string(place.path("admit.toml")).unwrap();
    let honest = place.path("honest");
    fs::rename(place.path("bundle.sources"), &honest).unwrap();
    fs::write(place.path("admit.toml"), text.replace("characters = 5", "characters = 1")).unwrap();
    place.bundle(&[]);
    fs::write(place.path("admit.toml"), &text).unwrap();
    fs::remove_dir_all(place.path("bundle.sources")).unwrap();
    fs::rename(honest, place.path("bundle.sources")).unwrap();
    let digest = policy_set(&text, |name| fs::read(name).unwrap());
    place.reseal(|index| index.policy_set = digest);
    let changes = place.check();
    let line = "policy.five.settings.characters: changed".to_owned();
    assert!(changes.contains(&line), "{changes:?}");
    let output = admit().arg("inspect").arg(place.path("bundle")).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("bundle.json: its policy set is sha256:"), "{output:?}");
}
