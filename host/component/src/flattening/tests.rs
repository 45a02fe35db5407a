//! Runs flattened components: an error in an index would change the verdict.

use super::flatten;
use admit_core::{Denial, Manifest, SignUp, Verdict};
use admit_engine::{Engine, PolicySet};
use std::sync::Arc;
use std::time::Duration;

/// A policy of three core modules in a nested component, as toolchains produce it. `main` has the
/// shared memory, table and globals, `library` gets the bases of its data and its functions, and
/// `fixup` fills the table.
const NESTED: &str = r#"
(component
  (component $policy
    ;; IMPORTS
    (core module $main
      (memory (export "memory") 2)
      (table (export "table") 4 4 funcref)
      (global (export "stack") (mut i32) (i32.const 1024))
      (global (export "memory-base") i32 (i32.const 4096))
      (global (export "table-base") i32 (i32.const 2)))
    (core instance $main (instantiate $main))
    (core func $outside (OUTSIDE))
    (core module $library
      (type $evaluate (func
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
      (type $answer (func (result i32)))
      (import "env" "memory" (memory 1))
      (import "env" "table" (table 4 funcref))
      (import "env" "stack" (global $stack (mut i32)))
      (import "env" "memory-base" (global $memory-base i32))
      (import "env" "table-base" (global $table-base i32))
      (import "outside" "function" (func $outside))
      (global $code i32 (i32.add (global.get $memory-base) (i32.const 64)))
      (func $realloc (export "realloc") (param i32 i32 i32 i32) (result i32)
        global.get $stack
        (global.set $stack (i32.add (global.get $stack)
          (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8)))))
      (func (export "admit:policy/sign-up-policy@0.1.0#configure") (param i32 i32) (result i32)
        (global.get $memory-base))
      (func $deny (result i32)
        (i32.store (i32.add (global.get $memory-base) (i32.const 28)) (i32.const 4))
        (i32.store (i32.add (global.get $memory-base) (i32.const 20)) (i32.const 4))
        (i32.store (i32.add (global.get $memory-base) (i32.const 16)) (global.get $code))
        (i32.store (i32.add (global.get $memory-base) (i32.const 24)) (global.get $code))
        (i32.store8 (i32.add (global.get $memory-base) (i32.const 12)) (i32.const 1))
        (i32.add (global.get $memory-base) (i32.const 8)))
      (func $go-outside (result i32) (call $outside) (i32.const 0))
      (func (export "admit:policy/sign-up-policy@0.1.0#evaluate") (type $evaluate)
        ;; The first sign-up source that is longer than five bytes goes outside.
        (return_call_indirect (type $answer)
          (i32.add (global.get $table-base) (i32.gt_u (local.get 1) (i32.const 5)))))
      (export "deny" (func $deny))
      (elem (i32.add (global.get $table-base) (i32.const 1)) func $go-outside)
      (data (i32.add (global.get $memory-base) (i32.const 64)) "code"))
    (core instance $library (instantiate $library
      (with "env" (instance $main))
      (with "outside" (instance (export "function" (func $outside))))))
    (core module $fixup
      (import "library" "deny" (func $deny))
      (import "main" "table" (table 4 funcref))
      (elem (i32.const 2) func $deny))
    (core instance (instantiate $fixup
      (with "library" (instance $library))
      (with "main" (instance $main))))
    ;; Other types than the contract's, with the same core types.
    (func $configure (param "settings" string) (result string)
      (canon lift (core func $library "admit:policy/sign-up-policy@0.1.0#configure")
        (memory (core memory $main "memory")) (realloc (core func $library "realloc"))))
    (func $evaluate (param "a" string) (param "b" string) (param "c" string) (param "d" string)
      (param "e" string) (param "f" string) (param "g" string) (param "h" string) (result string)
      (canon lift (core func $library "admit:policy/sign-up-policy@0.1.0#evaluate")
        (memory (core memory $main "memory")) (realloc (core func $library "realloc"))))
    (export "configure" (func $configure))
    (export "evaluate" (func $evaluate)))
)"#;

/// Returns the nested component with an imported function of an interface.
fn nested(interface: &str) -> Vec<u8> {
    let import = format!(r#"(import "{interface}" (instance $outside (export "f" (func))))"#);
    wat::parse_str(with(&import)).unwrap()
}

/// Returns the text of the component with an import of the instance `$outside`.
fn with(import: &str) -> String {
    let lower = r#"canon lower (func $outside "f")"#;
    NESTED.replace(";; IMPORTS", import).replace("OUTSIDE", lower)
}

fn error(component: &[u8]) -> String {
    format!("{:#}", flatten(component).unwrap_err())
}

/// Returns the verdict of a component on a sign-up with a trigger source, or its failure.
fn verdict(component: &[u8], trigger_source: &str) -> Result<Verdict, String> {
    let text = "[[policy]]\nid = \"p\"\ncomponent = \"c\"\nreads = []\nverdicts = [\"deny\"]\n";
    let manifest = Manifest::from_toml("admit.toml", text).unwrap();
    let engine = Arc::new(Engine::new(1).unwrap());
    let component = engine.compile(component).unwrap();
    let policies = PolicySet::new(engine, manifest, |_, _| Ok(component.clone()));
    let sign_up = SignUp { trigger_source: trigger_source.into(), ..SignUp::default() };
    let mut evaluations = policies.decide(&sign_up, Duration::from_secs(4)).evaluations;
    evaluations.remove(0).answer.map_err(|failure| failure.to_string())
}

#[test]
fn a_flattened_policy_behaves_like_its_modules() {
    let flat = flatten(&nested("wasi:clocks/wall-clock@0.2.0")).unwrap();
    let denial = Verdict::Deny(Denial::new("code", "code", 100));
    assert_eq!(verdict(&flat, "new"), Ok(denial));
    // A system call traps instead of being an import.
    assert!(verdict(&flat, "PreSignUp_SignUp").unwrap_err().contains("unreachable"));
}

#[test]
fn an_import_that_is_not_of_the_system_is_rejected() {
    let error = error(&nested("my:own/database@1.0.0"));
    assert!(error.starts_with("imports `f` from `my:own/database@1.0.0`"), "{error}");
}

#[test]
fn a_component_that_cannot_be_linked_is_rejected_with_the_reason() {
    let text = with(r#"(import "wasi:a/b" (instance $outside (export "f" (func))))"#);
    for (from, to, expected) in [
        ("(elem (i32.const 2) func $deny)", "(start $deny') (func $deny')", "has a start function"),
        (
            "(memory (export \"memory\") 2)",
            "(memory 1) (memory (export \"memory\") 2)",
            "expected one memory, found 2",
        ),
        ("(realloc (core", "string-encoding=utf16 (realloc (core", "unsupported options"),
        ("sign-up-policy@", "another@", "expected one component that exports a policy, found 0"),
    ] {
        assert!(text.contains(from), "{from}");
        let error = error(&wat::parse_str(text.replace(from, to)).unwrap());
        assert!(error.contains(expected), "{error}");
    }
}
