//! What else a component exports, and in which order its parts stand, changes no policy between
//! its review and the function.

use super::{ENGINE, Twins};
use admit_cognito::Event;
use admit_engine::InvalidComponent;
use admit_tests::{changed_guest, event};
use std::fmt::Write;

/// Names that tools give a meaning to, and some that nobody does. Each is exported once at most.
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

/// A linear congruential generator; its upper bits are the good ones.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from((self.0 >> 33) % most as u64).unwrap()
    }
}

/// The instances and exports of a component that grants everything, where its contract is
/// somewhere among others that deny, and whether a name is reserved.
fn parts(numbers: &mut Numbers) -> (String, bool) {
    let (mut text, mut instances, mut is_reserved) = (String::new(), 0, false);
    let mut names = NAMES.to_vec();
    let count = 1 + numbers.below(6);
    let (defined, exported) = (numbers.below(count), numbers.below(count));
    for index in 0..count {
        if index == defined.min(exported) {
            text.push_str("  (instance $exports (export \"configure\" (func $configure)) ");
            text.push_str("(export \"evaluate\" (func $evaluate)))\n");
        }
        let name = names.remove(numbers.below(names.len()));
        let mut item = match (numbers.below(4), instances) {
            (0, _) => "func $denies".to_owned(),
            (kind, instances) => {
                let content = match (kind, instances) {
                    (1, _) => "(export \"vote\" (type $vote))".to_owned(),
                    (2, 1..) => {
                        format!("(export \"inner\" (instance $i{}))", numbers.below(instances))
                    }
                    _ => "(export \"configure\" (func $configure)) \
                          (export \"evaluate\" (func $denies))"
                        .to_owned(),
                };
                writeln!(text, "  (instance $i{instances} {content})").unwrap();
                format!("instance $i{instances}")
            }
        };
        instances += usize::from(item.starts_with("instance"));
        if index == exported {
            item = format!("{item})) (export \"{}\" (instance $exports", super::CONTRACT);
        }
        // What is not exported shifts numbers all the same.
        if index == exported || numbers.below(4) > 0 {
            is_reserved |= name == "wizer-initialize";
            writeln!(text, "  (export \"{name}\" ({item}))").unwrap();
        }
    }
    (text, is_reserved)
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
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let (mut alike, mut reserved) = (0, 0);
    for _ in 0..2_000 {
        let (parts, is_reserved) = parts(&mut numbers);
        let source = component(&parts);
        if is_reserved {
            let refused = ENGINE.compile(&source).err();
            assert_eq!(refused, Some(InvalidComponent::ReservedExport), "{parts}");
            reserved += 1;
            continue;
        }
        match Twins::of_source(source, "", "") {
            Ok(twins) => {
                assert_eq!(twins.check(&parts, event.sign_up()), Ok(()), "{parts}");
                alike += 1;
            }
            // The tool adds an export of this name.
            Err(_) => assert!(parts.contains("wasmtime:wizer/access"), "{parts}"),
        }
    }
    assert!(alike > 1_000 && reserved > 100, "{alike} alike, {reserved} reserved");
}
