//! Rewrites a component so that it compiles to the same bytes each time.
//!
//! Wasmtime keeps the items of an inline instance, `(instance (export "a" …) (export "b" …))`, in
//! an unordered map, and numbers the compiled functions in the order of its iteration. The exports
//! of an instantiated component keep their order. So each inline instance is replaced by a nested
//! component, a [`relay`], that imports the items and exports them again. A relay has no code, and
//! calls do not pass through it. Component toolchains do the same.

mod relay;

use relay::{Around, Relay, TypeBudget};
use std::borrow::Cow;
use wasm_encoder::{Component, ComponentInstanceSection, NestedComponentSection, RawSection};
use wasmparser::{
    BinaryReaderError, ComponentInstance, ComponentInstanceSectionReader, Parser, Payload,
    Validator, WasmFeatures,
};

type Result<T> = std::result::Result<T, BinaryReaderError>;

/// Returns the component with ordered exports, or unchanged if it has no inline instances or cannot
/// be rewritten.
pub(crate) fn ordered(component: &[u8]) -> Cow<'_, [u8]> {
    let rewritten = match has_inline_instances(component) {
        Ok(true) => rewritten(component).ok().flatten(),
        // The compiler reports invalid components.
        Ok(false) | Err(_) => None,
    };
    rewritten.filter(|bytes| is_valid(bytes)).map_or(Cow::Borrowed(component), Cow::Owned)
}

/// Returns whether there is an inline instance with more than one item.
fn has_inline_instances(component: &[u8]) -> Result<bool> {
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ComponentInstanceSection(instances) = payload? {
            for instance in instances {
                if is_inline(&instance?) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

fn is_inline(instance: &ComponentInstance<'_>) -> bool {
    matches!(instance, ComponentInstance::FromExports(items) if items.len() > 1)
}

/// A component under construction, perhaps nested in another one.
#[derive(Default)]
struct Level {
    encoder: Component,
    /// The number of components before the relays.
    components: u32,
    relays: u32,
    types: Around,
}

/// Rewrites a component with relays; returns `None` if that is not possible.
fn rewritten(component: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let (mut levels, mut budget) = (vec![Level::default()], TypeBudget::default());
    let mut is_in_module = false;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if let (Payload::End(_), false, Some(level)) = (&payload, is_in_module, levels.last()) {
            let components = validator.types(0).map_or(0, |types| types.component_count());
            // Components after a relay would get other indices.
            if level.relays > 0 && components != level.components {
                return Ok(None);
            }
        }
        validator.payload(&payload)?;
        match &payload {
            Payload::End(_) if is_in_module => is_in_module = false,
            _ if is_in_module => {}
            Payload::ComponentSection { .. } => levels.push(Level::default()),
            Payload::End(_) => {
                let Some(done) = levels.pop() else { return Ok(None) };
                match levels.last_mut() {
                    None => return Ok(Some(done.encoder.finish())),
                    Some(around) => {
                        around.encoder.section(&NestedComponentSection(&done.encoder));
                    }
                }
            }
            Payload::ComponentInstanceSection(instances) => {
                let Some(level) = levels.last_mut() else { return Ok(None) };
                level.add(instances, &validator, &mut budget)?;
            }
            payload => {
                let (Some((id, range)), Some(level)) = (payload.as_section(), levels.last_mut())
                else {
                    continue;
                };
                level.encoder.section(&RawSection { id, data: &component[range] });
                is_in_module = matches!(payload, Payload::ModuleSection { .. });
            }
        }
    }
    Ok(None)
}

impl Level {
    /// Adds a section of instances in which relays replace inline instances, after those relays.
    fn add(
        &mut self,
        instances: &ComponentInstanceSectionReader<'_>,
        validator: &Validator,
        budget: &mut TypeBudget,
    ) -> Result<()> {
        let Some(types) = validator.types(0) else { return Ok(()) };
        self.types.extend(types);
        let mut section = ComponentInstanceSection::new();
        for instance in instances.clone() {
            match instance? {
                ComponentInstance::Instantiate { component_index, args } => {
                    let args = args.iter().map(|arg| (arg.name, arg.kind.into(), arg.index));
                    section.instantiate(component_index, args.collect::<Vec<_>>());
                }
                ComponentInstance::FromExports(items) => {
                    let relay = match items.len() {
                        0 | 1 => None,
                        _ => Relay::new(&items, types, &self.types, budget),
                    };
                    let Some(Relay { component, args }) = relay else {
                        let items =
                            items.iter().map(|item| (item.name, item.kind.into(), item.index));
                        section.export_items(items.collect::<Vec<_>>());
                        continue;
                    };
                    if self.relays == 0 {
                        self.components = types.component_count();
                    }
                    section.instantiate(self.components + self.relays, args);
                    self.encoder.section(&RawSection {
                        id: wasm_encoder::ComponentSectionId::Component.into(),
                        data: &component,
                    });
                    self.relays += 1;
                }
            }
        }
        self.encoder.section(&section);
        Ok(())
    }
}

/// Returns whether a component is valid, apart from its function bodies, which are unchanged.
fn is_valid(component: &[u8]) -> bool {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut payloads = Parser::new(0).parse_all(component);
    payloads.all(|payload| payload.is_ok_and(|payload| validator.payload(&payload).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::{Compiler, Target};
    use std::collections::HashSet;

    /// A core module with functions of various signatures.
    const MODULE: &str = r#"
        (core module $m
          (memory (export "memory") 1)
          (func (export "none"))
          (func (export "one") (param i32))
          (func (export "two") (param i32 i32))
          (func (export "after") (param i32))
          (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
          (func (export "text") (param i32 i32) (result i32) unreachable))
        (core instance $m (instantiate $m))"#;

    fn component(text: &str) -> Vec<u8> {
        wat::parse_str(format!("(component {MODULE} {text})")).unwrap()
    }

    /// Compiles a component many times, and returns the number of different results.
    fn results(component: &[u8]) -> usize {
        let compiler = Compiler::for_target(Target::X86_64).unwrap();
        let codes: HashSet<Vec<u8>> =
            (0..24).map(|_| compiler.compile(component).unwrap()).collect();
        codes.len()
    }

    /// Checks that a component is rewritten and compiles to the same bytes each time.
    fn check(text: &str) {
        let component = component(text);
        assert!(matches!(ordered(&component), Cow::Owned(_)), "{text}");
        assert_eq!(results(&component), 1, "{text}");
    }

    fn texts(name: &str) -> String {
        format!(
            r#"(func ${name} (param "p" string) (result string) (canon lift
                 (core func $m "text") (memory (core memory $m "memory"))
                 (realloc (core func $m "realloc")) (post-return (core func $m "after"))))"#
        )
    }

    #[test]
    fn functions_are_ordered() {
        let functions = texts("f") + r#"(func $g (canon lift (core func $m "none")))"#;
        check(&format!(
            r#"{functions} (instance $i (export "f" (func $f)) (export "g" (func $g)))
               (export "a:b/c" (instance $i))"#
        ));
    }

    /// Named types of the same instance, in any order, and of the enclosing component.
    #[test]
    fn named_types_are_exported_with_functions() {
        check(
            r#"(type $e' (enum "a" "b")) (export $e "e" (type $e'))
               (type $f' (flags "x" "y")) (export $f "f" (type $f'))
               (type $r' (record (field "e" $e) (field "f" $f))) (export $r "r" (type $r'))
               (type $v' (variant (case "r" $r) (case "none"))) (export $v "v" (type $v'))
               (func $one (param "p" $f) (canon lift (core func $m "one")))
               (func $two (param "p" $r) (canon lift (core func $m "two")))
               (instance $i
                 (export "two" (func $two)) (export "v" (type $v)) (export "r" (type $r))
                 (export "one" (func $one)) (export "f" (type $f)))
               (export "a:b/c" (instance $i))"#,
        );
    }

    #[test]
    fn resources_keep_their_identity() {
        check(
            r#"(type $r' (resource (rep i32))) (export $r "r" (type $r'))
               (core func $new (canon resource.new $r'))
               (core module $n (func (export "make") (result i32) unreachable))
               (core instance $n (instantiate $n))
               (alias core export $n "make" (core func $make))
               (func $make (result (own $r)) (canon lift (core func $make)))
               (func $use (param "self" (borrow $r)) (canon lift (core func $m "one")))
               (instance $i (export "r" (type $r)) (export "use" (func $use))
                 (export "make" (func $make)))
               (export "a:b/c" (instance $i))"#,
        );
    }

    #[test]
    fn nested_components_are_ordered() {
        let inside = format!("(component $c {MODULE} {} {}", texts("f"), texts("g"));
        check(&format!(
            r#"{inside} (instance $i (export "f" (func $f)) (export "g" (func $g)))
                 (export "i" (instance $i)))
               (instance $c (instantiate $c))
               (alias export $c "i" (instance $i)) (export "a:b/c" (instance $i))"#
        ));
    }

    /// A component that is ordered already, or that cannot be rewritten, is compiled unchanged.
    #[test]
    fn other_components_are_unchanged() {
        let (functions, one) = (texts("f") + &texts("g"), texts("f"));
        for text in [
            format!(r#"{one} (instance $i (export "f" (func $f))) (export "a:b/c" (instance $i))"#),
            // Instances in an instance.
            format!(
                r#"{functions} (instance $i (export "f" (func $f)))
                   (instance $j (export "i" (instance $i)) (export "g" (func $g)))
                   (export "a:b/c" (instance $j))"#
            ),
            // A component that would get another index.
            format!(
                r#"{functions} (instance $i (export "f" (func $f)) (export "g" (func $g)))
                   (export "a:b/c" (instance $i)) (component $c) (instance (instantiate $c))"#
            ),
        ] {
            let component = component(&text);
            assert_eq!(ordered(&component), component, "{text}");
            Compiler::for_target(Target::X86_64).unwrap().compile(&component).unwrap();
        }
        assert_eq!(*ordered(b"\0asm\x0d\0\x01\0\xff"), *b"\0asm\x0d\0\x01\0\xff");
    }
}
