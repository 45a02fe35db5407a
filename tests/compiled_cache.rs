//! The cache of compiled components: only its user can write it, and it changes no answer.

use admit_engine::CodeHash;
use admit_tests::{admit, changed_guest, root, skip, stderr, stdout, with_section};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with two policies, `grants.wasm` and `fails.wasm`, and a cache.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let code = "(i32.store (i32.const 1032) (i32.const 0x010101))";
        for (name, changed) in [("grants.wasm", code), ("fails.wasm", "(unreachable)")] {
            let bytes = changed_guest("grants-everything", &[(code, changed)]);
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        Place(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn cache(&self) -> PathBuf {
        self.path().join("cache")
    }

    /// `admit`, which keeps what it compiles here.
    fn admit(&self, args: &[&str]) -> Command {
        let mut command = admit();
        command.args(args).current_dir(self.path()).env("ADMIT_CACHE", self.cache());
        command
    }

    /// Decides a sign-up by a policy.
    fn eval(&self, policy: &str) -> Output {
        self.eval_with(policy, |command| command)
    }

    fn eval_with(&self, policy: &str, change: fn(&mut Command) -> &mut Command) -> Output {
        let mut command = self.admit(&["eval", "--policy", policy]);
        change(command.arg(root().join("tests/events/sign-up.json"))).output().unwrap()
    }

    /// The names of the cached files.
    fn kept(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files(&self.cache())
    }

    /// The only file that is kept.
    fn only(&self) -> PathBuf {
        let kept: Vec<PathBuf> = self.kept().into_keys().collect();
        let [only] = &kept[..] else { panic!("{kept:?}") };
        only.clone()
    }
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// 64 hexadecimal digits as bytes.
fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// Whether a file has the seal of its code and its key.
fn is_whole(path: &Path) -> bool {
    let file = fs::read(path).unwrap();
    let (code, seal) = file.split_at(file.len() - 32);
    let key = bytes(path.file_stem().unwrap().to_str().unwrap());
    bytes(&CodeHash::new(&[code, &key].concat()).hex()) == seal
}

/// No other way shows as plainly that nothing was compiled: what is found is the code of
/// another component, under a seal that is right. It shows, too, who must not write here.
#[test]
fn a_cached_file_is_run_instead_of_compiling() {
    let place = Place::new();
    assert!(place.eval("grants.wasm").status.success());
    let granting = place.only();
    assert!(!place.eval("fails.wasm").status.success());
    let failing = place.kept().into_keys().find(|path| *path != granting).unwrap();
    assert_eq!((mode(&place.cache()), mode(&granting)), (0o700, 0o600));

    let mut code = fs::read(&failing).unwrap();
    code.truncate(code.len() - 32);
    let key = bytes(granting.file_stem().unwrap().to_str().unwrap());
    let seal = bytes(&CodeHash::new(&[&code[..], &key].concat()).hex());
    fs::write(&granting, [code, seal].concat()).unwrap();
    let output = place.eval("grants.wasm");
    assert!(!output.status.success(), "{}", stdout(&output));
    let without = place.eval_with("grants.wasm", |command| command.env("ADMIT_CACHE", "off"));
    assert!(without.status.success(), "{}", stderr(&without));
}

#[test]
fn damage_is_repaired_silently() {
    let place = Place::new();
    let first = place.eval("grants.wasm");
    assert!(first.status.success(), "{}", stderr(&first));
    let (path, good) = (place.only(), fs::read(place.only()).unwrap());
    let damages = (0..8).map(|place| {
        let mut damaged = good.clone();
        damaged[place * (good.len() - 1) / 7] ^= 0x10;
        damaged
    });
    let cuts = [0, 1, 31, 32, good.len() / 2, good.len() - 1].map(|size| good[..size].to_vec());
    let longer = [&good[..], &good].concat();
    for damaged in damages.chain(cuts).chain([longer]) {
        fs::write(&path, damaged).unwrap();
        let output = place.eval("grants.wasm");
        assert_eq!((stdout(&output), stderr(&output)), (stdout(&first), stderr(&first)));
        assert!(is_whole(&path), "it is whole again");
    }
    assert_eq!(place.kept().len(), 1);
}

#[test]
fn a_file_that_others_may_write_is_not_run() {
    let place = Place::new();
    let first = place.eval("grants.wasm");
    let path = place.only();
    let elsewhere = place.path().join("elsewhere");
    let mut rows: Vec<Box<dyn Fn()>> = vec![
        Box::new(|| fs::set_permissions(&path, Permissions::from_mode(0o620)).unwrap()),
        Box::new(|| fs::set_permissions(&path, Permissions::from_mode(0o602)).unwrap()),
        Box::new(|| {
            fs::rename(&path, &elsewhere).unwrap();
            symlink(&elsewhere, &path).unwrap();
        }),
        Box::new(|| {
            fs::remove_file(&path).unwrap();
            let made = Command::new("mkfifo").arg(&path).status().unwrap();
            assert!(made.success());
        }),
    ];
    if is_root() {
        rows.push(Box::new(|| chown(&path, Some(1), None).unwrap()));
    } else {
        skip("a file of another user", "only root can give one away");
    }
    for (number, change) in rows.iter().enumerate() {
        change();
        let output = place.eval("grants.wasm");
        assert_eq!((stdout(&output), stderr(&output)), (stdout(&first), stderr(&first)));
        let metadata = path.symlink_metadata().unwrap();
        assert!(metadata.is_file() && mode(&path) == 0o600, "row {number}: it was not replaced");
        assert!(is_whole(&path), "row {number}");
    }
}

#[test]
fn a_folder_that_others_may_write_is_refused_once() {
    let place = Place::new();
    let quiet = place.eval_with("grants.wasm", |command| command.env("ADMIT_CACHE", "off"));
    fs::create_dir(place.cache()).unwrap();
    let set = |mode| fs::set_permissions(place.cache(), Permissions::from_mode(mode)).unwrap();
    let check = |why: &str| {
        let output = place.eval("grants.wasm");
        assert_eq!(stdout(&output), stdout(&quiet));
        let said = stderr(&output);
        assert_eq!(said.matches("warning: compiled components are not kept in").count(), 1);
        assert!(said.contains(why) && said.contains("`ADMIT_CACHE`"), "{said}");
        assert_eq!(place.kept(), BTreeMap::new());
    };
    for mode in [0o770, 0o707, 0o1777] {
        set(mode);
        check("others can write");
    }
    set(0o755);
    if is_root() {
        chown(place.cache(), Some(1), None).unwrap();
        check("belongs to another user");
        chown(place.cache(), Some(0), None).unwrap();
    } else {
        skip("a folder of another user", "only root can give one away");
    }
    let output = place.eval("grants.wasm");
    assert_eq!(stderr(&output), stderr(&quiet));
    assert_eq!(place.kept().len(), 1);
}

#[test]
fn an_unusable_cache_is_not_reported() {
    let place = Place::new();
    let off = place.eval_with("grants.wasm", |command| command.env("ADMIT_CACHE", "off"));
    assert!(off.status.success());
    assert!(!place.cache().exists() && !place.path().join("off").exists());
    // A file in the place of the folder.
    fs::write(place.cache(), "").unwrap();
    let output = place.eval("grants.wasm");
    assert_eq!((stdout(&output), stderr(&output)), (stdout(&off), stderr(&off)));
    // No folder at all.
    let homeless = place.eval_with("grants.wasm", |command| {
        command.env_remove("ADMIT_CACHE").env_remove("XDG_CACHE_HOME").env_remove("HOME")
    });
    assert_eq!((stdout(&homeless), stderr(&homeless)), (stdout(&off), stderr(&off)));
}

/// A thousand of them would take a minute each time.
#[test]
fn components_of_every_size_are_kept() {
    let place = Place::new();
    let check = || {
        let output = place.admit(&["check", "--format", "json", "grants.wasm"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    check();
    let small = place.only();
    assert!(fs::metadata(place.path().join("grants.wasm")).unwrap().len() < 8 << 10);
    let bytes = fs::read(place.path().join("grants.wasm")).unwrap();
    let large = with_section(&bytes, "large", &[0; 300 << 10]);
    fs::write(place.path().join("grants.wasm"), large).unwrap();
    check();
    let kept: BTreeSet<PathBuf> = place.kept().into_keys().collect();
    assert!(kept.len() == 2 && kept.contains(&small), "{kept:?}");
}

/// Each is compiled once, by whichever command needs it first.
#[test]
fn many_components_are_compiled_once() {
    let place = Place::new();
    let bytes = fs::read(place.path().join("grants.wasm")).unwrap();
    let mut manifest = String::new();
    for number in 0..40 {
        let name = format!("{number}.wasm");
        let other = with_section(&bytes, "number", &[number]);
        fs::write(place.path().join(&name), other).unwrap();
        manifest += &format!(
            "[[policy]]\nid = \"p{number}\"\ncomponent = {name:?}\nreads = []\nverdicts = []\n"
        );
    }
    fs::write(place.path().join("admit.toml"), manifest).unwrap();
    let check = || {
        let output = place.admit(&["check"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        (stdout(&output), place.kept())
    };
    let (said, kept) = check();
    assert_eq!(kept.len(), 40);
    assert!(said.contains("40 policies checked"), "{said}");
    assert!(check() == (said, kept));
}

#[test]
fn bundles_have_the_same_bytes_with_and_without() {
    let place = Place::new();
    let policy = |id| {
        format!("[[policy]]\nid = \"{id}\"\ncomponent = \"{id}.wasm\"\nreads = []\nverdicts = []\n")
    };
    fs::write(place.path().join("admit.toml"), policy("grants") + &policy("fails")).unwrap();
    let bundle = |cache: &Path, name: &str| {
        let mut command = place.admit(&["bundle", "-o", name]);
        let output = command.env("ADMIT_CACHE", cache).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let files = files(&place.path().join(name));
        let names =
            files.into_iter().map(|(path, bytes)| (path.file_name().unwrap().to_owned(), bytes));
        names.collect::<BTreeMap<_, _>>()
    };
    let without = bundle(Path::new("off"), "without");
    assert!(bundle(&place.cache(), "first") == without);
    let kept = place.kept();
    // Three files for each policy: the code that runs here, the code that is examined while it is
    // configured, and the code that the function runs.
    assert_eq!(kept.len(), 6);
    assert!(bundle(&place.cache(), "second") == without);
    assert!(place.kept() == kept, "nothing was compiled anew, and the code is the same each time");
}

#[test]
fn concurrent_processes_share_the_cache() {
    let place = Place::new();
    let event = root().join("tests/events/sign-up.json");
    let running: Vec<_> = (0..6)
        .map(|_| {
            let mut command = place.admit(&["eval", "--policy", "grants.wasm"]);
            command.arg(&event).stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut process in running {
        assert!(process.wait().unwrap().success());
    }
    let kept = place.only();
    assert!(is_whole(&kept));
}

#[test]
fn the_cache_keeps_a_gibibyte_at_most() {
    let place = Place::new();
    fs::create_dir(place.cache()).unwrap();
    // They take no room on the disk.
    let old: Vec<PathBuf> = (1..=9)
        .map(|number: u64| {
            let path = place.cache().join(format!("{number:064x}.compiled"));
            let file = fs::File::create(&path).unwrap();
            file.set_len(256 << 20).unwrap();
            let used = std::time::SystemTime::now() - std::time::Duration::from_secs(60 * number);
            file.set_modified(used).unwrap();
            path
        })
        .collect();
    place.eval("grants.wasm");
    let left: Vec<bool> = old.iter().map(|path| path.exists()).collect();
    assert_eq!(left, [true, true, true, false, false, false, false, false, false]);
    let entries = fs::read_dir(place.cache()).unwrap();
    assert_eq!(entries.count(), 4, "and the new one");
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    stdout(&output).trim() == "0"
}
