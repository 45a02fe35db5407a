//! Other exports of a component, and the order of its parts, do not change a policy between its
//! review and the function.

use super::{ENGINE, Twins};
use admit_cognito::Event;
use admit_engine::InvalidComponent;
use admit_tests::{changed_guest, check_property, event};
use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::fmt::Write;

/// Names that tools give a meaning to, and others. Each is exported once at most.
const NAMES: [&str; 12] = [
    "wizer-initialize",
    "wizer-resume",
    "wasmtime:wizer/access",
    "initialize",
    "init",
    "run",
    "cabi-realloc",
    "memory",
    "configure",
    "evaluate",
    "admit:policy/other@0.1.0",
    "wasi:cli/run@0.2.0",
];

/// One of the parts, in the order in which they stand.
#[derive(Debug)]
struct Part {
    name: &'static str,
    kind: Kind,
    /// One that is not exported shifts numbers all the same.
    is_exported: bool,
}

#[derive(Debug, Clone)]
enum Kind {
    Function,
    /// An instance with the type of a vote.
    Type,
    /// An instance around another one, if there is one before it.
    Inner(Index),
    /// An instance that looks like a policy.
    Policy,
}

/// The parts of a component, and the places of its contract: where it is defined, unless it is
/// exported before that, and where it is exported.
#[derive(Debug)]
struct Parts {
    parts: Vec<Part>,
    defined: usize,
    exported: usize,
}

fn parts() -> impl Strategy<Value = Parts> {
    let kind = prop_oneof![
        Just(Kind::Function),
        Just(Kind::Type),
        any::<Index>().prop_map(Kind::Inner),
        Just(Kind::Policy),
    ];
    let names = Just(NAMES.to_vec()).prop_shuffle();
    let kinds = vec((kind, weighted(0.75)), 1..=6);
    let places = [any::<Index>(), any::<Index>()];
    (names, kinds, places).prop_map(|(names, kinds, places)| {
        let [defined, exported] = places.map(|place| place.index(kinds.len()));
        let part = |(name, (kind, is_exported))| Part { name, kind, is_exported };
        Parts { parts: names.into_iter().zip(kinds).map(part).collect(), defined, exported }
    })
}

impl Parts {
    /// The instances and exports of a component that grants everything, where its contract is
    /// somewhere among others that deny, and whether a name is reserved.
    fn text(&self) -> (String, bool) {
        let (mut text, mut instances, mut is_reserved) = (String::new(), 0, false);
        for (index, Part { name, kind, is_exported }) in self.parts.iter().enumerate() {
            if index == self.defined.min(self.exported) {
                text.push_str("  (instance $exports (export \"configure\" (func $configure)) ");
                text.push_str("(export \"evaluate\" (func $evaluate)))\n");
            }
            let content = match (kind, instances) {
                (Kind::Function, _) => None,
                (Kind::Type, _) => Some("(export \"vote\" (type $vote))".to_owned()),
                (Kind::Inner(inner), 1..) => {
                    let inner = inner.index(instances);
                    Some(format!("(export \"inner\" (instance $i{inner}))"))
                }
                (Kind::Inner(_) | Kind::Policy, _) => {
                    let functions = "(export \"configure\" (func $configure)) \
                                     (export \"evaluate\" (func $denies))";
                    Some(functions.to_owned())
                }
            };
            let mut item = "func $denies".to_owned();
            if let Some(content) = content {
                writeln!(text, "  (instance $i{instances} {content})").unwrap();
                item = format!("instance $i{instances}");
                instances += 1;
            }
            if index == self.exported {
                item = format!("{item})) (export \"{}\" (instance $exports", super::CONTRACT);
            }
            if index == self.exported || *is_exported {
                is_reserved |= *name == "wizer-initialize";
                writeln!(text, "  (export \"{name}\" ({item}))").unwrap();
            }
        }
        (text, is_reserved)
    }
}

fn component(parts: &str) -> Vec<u8> {
    let evaluate = "(func $evaluate (param";
    let denies =
        "(func $denies (param \"request\" $sign-up) (result (result $verdict (error string)))
    (canon lift (core func $policy \"denies\") (memory (core memory $memory \"memory\"))
      (realloc (core func $policy \"realloc\"))))\n  ";
    let contract = format!("  (export \"{}\" (instance $exports))", super::CONTRACT);
    let exports = "  (instance $exports (export \"configure\" (func $configure)) \
                   (export \"evaluate\" (func $evaluate)))";
    let core = "(func $forever (loop $again (br $again)))";
    let denying = format!(
        "{core} (data (i32.const 2100) \"denied\") (func $denies (type $evaluate)
           (call $deny (i32.const 2100) (i32.const 6) (i32.const 2100) (i32.const 6)))
         (export \"denies\" (func $denies))"
    );
    changed_guest(
        "grants-everything",
        &[
            (exports, ""),
            (&contract, parts),
            (evaluate, &format!("{denies}{evaluate}")),
            (core, &denying),
        ],
    )
}

#[test]
fn odd_exports_decide_alike() {
    let text = event("sign-up.json");
    let event = Event::parse(text.as_bytes()).unwrap();
    let (mut alike, mut reserved) = (0, 0);
    check_property("exports", 2_000, &parts(), |parts| {
        let (parts, is_reserved) = parts.text();
        let source = component(&parts);
        if is_reserved {
            let refused = ENGINE.compile(&source).err();
            assert_eq!(refused, Some(InvalidComponent::ReservedExport), "{parts}");
            reserved += 1;
            return;
        }
        match Twins::of_source(source, "", "") {
            Ok(twins) => {
                assert_eq!(twins.check(&parts, event.sign_up()), Ok(()), "{parts}");
                alike += 1;
            }
            // The tool adds an export of this name.
            Err(_) => assert!(parts.contains("wasmtime:wizer/access"), "{parts}"),
        }
    });
    assert!(alike > 1_000 && reserved > 100, "{alike} alike, {reserved} reserved");
}
