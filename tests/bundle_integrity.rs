//! The function runs nothing but what `admit bundle` wrote: no damaged file, and no code of
//! another compiler.

use admit_core::{Answer, FailureKind, Flag, Flags, Member, Opinion, SignUp};
use admit_engine::bundle::{Index, file_name};
use admit_engine::{CodeHash, Digest, Engine, PolicySet, WASMTIME_VERSION, bundle};
use admit_tests::{Bundle, check_property, root};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index as Place;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How many times each kind of file is damaged.
const DAMAGES: u32 = 100_000;

const DAMAGED: &str = "
[[policy]]
id = \"damaged\"
component = \"grants-everything\"
reads = []
verdicts = [\"confirm\", \"verify-email\"]
on-failure = \"abstain\"
";

const HEALTHY: &str = "
[[policy]]
id = \"healthy\"
component = \"counts-sign-ups\"
reads = []
verdicts = [\"confirm\"]
";

fn bundle() -> Bundle {
    Bundle::unchecked(&format!("{DAMAGED}{HEALTHY}")).unwrap()
}

fn decide(policies: &PolicySet) -> admit_core::Decision {
    let mut sign_up = SignUp::default();
    sign_up.members[Member::UserAttributes].push(("email".into(), "mary@example.com".into()));
    policies.decide(&sign_up, Duration::from_secs(4)).decision
}

/// The damaged policy failed, as one that is not loaded, and the other one decided.
fn check_alone(policies: &PolicySet) {
    let decision = decide(policies);
    assert_eq!(decision.answer, Answer::Admit(Flags::default().with(Flag::Confirm, true).into()));
    let Opinion::Failure { failure, .. } = &decision.policies[0].opinion else {
        panic!("{:?}", decision.policies[0])
    };
    assert_eq!(failure.kind(), FailureKind::NotLoaded);
}

/// A damage to a file, at a place in it.
#[derive(Debug, Clone)]
enum Damage {
    Flip { bit: u32 },
    Truncate,
    Insert(u8),
    Remove,
    Overwrite(Vec<u8>),
}

fn damages() -> impl Strategy<Value = (Place, Damage)> {
    let damage = prop_oneof![
        4 => (0..8_u32).prop_map(|bit| Damage::Flip { bit }),
        1 => Just(Damage::Truncate),
        1 => any::<u8>().prop_map(Damage::Insert),
        1 => Just(Damage::Remove),
        1 => vec(any::<u8>(), 1..=64).prop_map(Damage::Overwrite),
    ];
    (any::<Place>(), damage)
}

fn damaged(whole: &[u8], at: Place, damage: &Damage) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let at = at.index(bytes.len());
    match damage {
        Damage::Flip { bit } => bytes[at] ^= 1 << bit,
        Damage::Truncate => bytes.truncate(at),
        Damage::Insert(byte) => bytes.insert(at, *byte),
        Damage::Remove => {
            bytes.remove(at);
        }
        Damage::Overwrite(with) => {
            bytes[at..].iter_mut().zip(with).for_each(|(byte, new)| *byte = *new);
        }
    }
    bytes
}

fn damage_each_time(file: &Path, mut check: impl FnMut()) {
    let whole = fs::read(file).unwrap();
    check_property("damages", DAMAGES, &damages(), |(at, damage)| {
        let damaged = damaged(&whole, at, &damage);
        if damaged != whole {
            // A file that is written over would be flushed to the disk each time.
            fs::remove_file(file).unwrap();
            fs::write(file, damaged).unwrap();
            check();
        }
    });
}

#[test]
fn every_damage_to_a_compiled_file_is_detected() {
    let bundle = Bundle::unchecked(DAMAGED).unwrap();
    let engine = Arc::new(Engine::new(1).unwrap());
    let load = || bundle::load(engine.clone(), &bundle.path()).unwrap().0;
    assert_eq!(load().unloaded().count(), 0);
    damage_each_time(&bundle.compiled("grants-everything"), || {
        let policies = load();
        let unloaded: Vec<_> = policies.unloaded().map(|(policy, _)| policy.id.as_str()).collect();
        assert_eq!(unloaded, ["damaged"]);
    });
}

#[test]
fn every_damage_to_the_index_is_detected() {
    let bundle = Bundle::unchecked(DAMAGED).unwrap();
    let engine = Arc::new(Engine::new(1).unwrap());
    damage_each_time(&bundle.path().join(bundle::INDEX), || {
        let loaded = bundle::load(engine.clone(), &bundle.path());
        assert!(loaded.is_err());
    });
}

/// Code of another release may have its flaws: the version stands in the file itself, and
/// it is checked even where every digest is right.
#[test]
fn code_of_another_wasmtime_is_not_run() {
    let bundle = bundle();
    reseal(&bundle, |code| {
        let version = format!("wasmtime-{WASMTIME_VERSION}");
        let at = code.windows(version.len()).position(|bytes| bytes == version.as_bytes());
        code[at.unwrap() + version.len() - 1] ^= 1;
    });
    let engine = Engine::new(1).unwrap();
    let (policies, _) = bundle::load(engine, &bundle.path()).unwrap();
    let (_, failure) = policies.unloaded().next().unwrap();
    assert!(failure.to_string().contains("incompatible version"), "{failure}");
    check_alone(&policies);
}

/// Files that are not code, under the right digest.
#[test]
fn a_file_that_is_not_code_is_not_run() {
    for code in [&b""[..], b"\x7fELF", b"hello"] {
        let bundle = bundle();
        reseal(&bundle, |compiled| *compiled = code.to_vec());
        let engine = Engine::new(1).unwrap();
        let (policies, _) = bundle::load(engine, &bundle.path()).unwrap();
        check_alone(&policies);
    }
}

/// A function with a thousand tenants starts with the code of those that sign up.
#[test]
fn code_is_loaded_when_its_policy_first_applies() {
    let scope = "applies-to = { clients = [\"known\"] }\n";
    let bundle = Bundle::unchecked(&format!("{DAMAGED}{scope}{HEALTHY}")).unwrap();
    let load = || bundle::load(Engine::new(1).unwrap(), &bundle.path()).unwrap().0;
    let decide = |policies: &PolicySet, client: &str| {
        let sign_up = SignUp { client_id: client.into(), ..SignUp::default() };
        policies.decide(&sign_up, Duration::from_secs(4)).decision.policies.len()
    };
    let code = bundle.compiled("grants-everything");
    fs::write(&code, "no code").unwrap();
    let policies = load();
    assert_eq!(decide(&policies, "another"), 1);
    assert_eq!(policies.unloaded().count(), 0, "it is not read yet");
    assert_eq!(decide(&policies, "known"), 2);
    assert_eq!(policies.unloaded().count(), 1, "it is damaged");
    // A missing file is noticed at once.
    fs::remove_file(&code).unwrap();
    assert_eq!(load().unloaded().count(), 1);
}

/// Changes the compiled file of the first policy and makes every digest right again, as an
/// attacker could who may write the bundle.
fn reseal(bundle: &Bundle, change: impl FnOnce(&mut Vec<u8>)) {
    let old = bundle.compiled("grants-everything");
    let mut code = fs::read(&old).unwrap();
    change(&mut code);
    let index = bundle.path().join(bundle::INDEX);
    let mut content = Index::from_text(&fs::read_to_string(&index).unwrap()).unwrap();
    let entry = content.components.get_mut("grants-everything").unwrap();
    let code_hash = CodeHash::new(&code);
    entry.compiled = Some(code_hash);
    fs::write(bundle.path().join(file_name(code_hash)), code).unwrap();
    fs::write(index, content.to_text().unwrap()).unwrap();
}

/// The seeds are valid: texts in another format would be refused before anything is tested.
#[test]
fn the_fuzzer_begins_with_indices() {
    for name in ["arm", "empty", "one-policy"] {
        let path = root().join(format!("fuzz/seeds/bundle/{name}.txt"));
        let text = fs::read_to_string(path).unwrap();
        // Before it are a place and a byte to change.
        let bundle = &text[3..];
        let digest = Digest::new(bundle.as_bytes());
        let sealed = format!("{{\"digest\": \"{digest}\",\n\"bundle\": {bundle}}}\n");
        assert_eq!(Index::from_text(&sealed).err(), None, "{name}");
    }
}
