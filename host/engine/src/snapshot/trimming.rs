//! Removes the code that only `configure` needs from a snapshot. Parsing settings is most of the
//! code of a small policy, and each start of the function would load it.
//!
//! A removed function is replaced by one that traps. It is never called, since the host does not
//! configure a snapshot.

use super::modules::{Result, deeper, rewrite};
use std::collections::{HashMap, HashSet};
use wasm_encoder::{CodeSection, Function, Module, RawSection};
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind,
    ComponentOuterAliasKind, ComponentType, ComponentValType, CompositeInnerType, ElementItems,
    ElementKind, Export, ExternalKind, FuncType, FunctionBody, Instance, Operator, Parser, Payload,
    PrimitiveValType, TypeRef,
};

/// Returns the component without the code that only `configure` needs, or unchanged if that cannot
/// be determined.
pub(super) fn trim(component: Vec<u8>) -> Vec<u8> {
    match trimmed(&component) {
        Ok(Some(trimmed)) => trimmed,
        Ok(None) | Err(_) => component,
    }
}

fn trimmed(component: &[u8]) -> Result<Option<Vec<u8>>> {
    if !is_lifted_by_name(component)? {
        return Ok(None);
    }
    rewrite(component, trimmed_module).map(Some)
}

/// Returns whether a core function implements `configure` or its post-return, by the name that all
/// toolchains use.
fn is_configure(name: &str) -> bool {
    is_behind(name, "#configure") || is_behind(name.trim_start_matches("cabi_post_"), "#configure")
}

fn is_behind(name: &str, function: &str) -> bool {
    name.strip_suffix(function).is_some_and(|name| name.starts_with("admit:policy/sign-up-policy@"))
}

/// Returns whether the core function with the name of `configure` is lifted as `configure`, and
/// nothing else can call it or its post-return.
///
/// `configure` takes a string and `evaluate` a record, so a function that is lifted with one string
/// parameter is never `evaluate`.
fn is_lifted_by_name(component: &[u8]) -> Result<bool> {
    let mut items = Items::default();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if let Payload::ImportSection(imports) = &payload {
            for import in imports.clone().into_imports() {
                items.is_clear &= !is_configure(import?.name);
            }
        }
        if depth == 0 {
            items.add(&payload)?;
        }
        depth = deeper(&payload, depth);
    }
    Ok(items.is_clear && items.configures == 1)
}

/// The core functions that a component names and lifts.
struct Items<'a> {
    /// The names of its core functions, empty for those that the component itself creates.
    functions: Vec<&'a str>,
    /// For each type, whether it is a function type with one string parameter.
    types: Vec<bool>,
    /// The number of times that `configure` is lifted.
    configures: usize,
    is_clear: bool,
}

impl Default for Items<'_> {
    fn default() -> Self {
        Items { functions: Vec::new(), types: Vec::new(), configures: 0, is_clear: true }
    }
}

impl<'a> Items<'a> {
    fn add(&mut self, payload: &Payload<'a>) -> Result<()> {
        match payload {
            Payload::ComponentTypeSection(types) => {
                for ty in types.clone() {
                    self.types.push(takes_a_string(&ty?));
                }
            }
            Payload::ComponentImportSection(imports) => {
                for import in imports.clone() {
                    if import?.ty.kind() == ComponentExternalKind::Type {
                        self.types.push(false);
                    }
                }
            }
            Payload::ComponentExportSection(exports) => {
                for export in exports.clone() {
                    if export?.kind == ComponentExternalKind::Type {
                        self.types.push(false);
                    }
                }
            }
            Payload::ComponentAliasSection(aliases) => {
                for alias in aliases.clone() {
                    match alias? {
                        ComponentAlias::CoreInstanceExport {
                            kind: ExternalKind::Func,
                            name,
                            ..
                        } => self.functions.push(name),
                        ComponentAlias::InstanceExport {
                            kind: ComponentExternalKind::Type,
                            ..
                        }
                        | ComponentAlias::Outer { kind: ComponentOuterAliasKind::Type, .. } => {
                            self.types.push(false);
                        }
                        _ => {}
                    }
                }
            }
            Payload::InstanceSection(instances) => {
                for instance in instances.clone() {
                    if let Instance::FromExports(exports) = instance? {
                        let functions =
                            exports.iter().filter(|export| export.kind == ExternalKind::Func);
                        self.is_clear &=
                            functions.map(|export| export.index).all(|index| self.is_other(index));
                    }
                }
            }
            Payload::ComponentCanonicalSection(canonicals) => {
                for canonical in canonicals.clone() {
                    self.lift(canonical?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn lift(&mut self, canonical: CanonicalFunction) {
        let CanonicalFunction::Lift { core_func_index, type_index, options } = canonical else {
            // Every other canonical function creates a core function.
            self.functions.push("");
            return;
        };
        let name = self.functions.get(core_func_index as usize).copied().unwrap_or_default();
        if is_behind(name, "#configure") {
            self.configures += 1;
            self.is_clear &= self.types.get(type_index as usize) == Some(&true);
            return;
        }
        self.is_clear &= self.is_other(core_func_index);
        for option in options {
            if let CanonicalOption::PostReturn(index) | CanonicalOption::Realloc(index) = option {
                self.is_clear &= self.is_other(index);
            }
        }
    }

    /// Returns whether a core function is known and does not belong to `configure`.
    fn is_other(&self, index: u32) -> bool {
        self.functions.get(index as usize).is_some_and(|name| !is_configure(name))
    }
}

fn takes_a_string(ty: &ComponentType<'_>) -> bool {
    let string = ComponentValType::Primitive(PrimitiveValType::String);
    matches!(ty, ComponentType::Func(ty) if matches!(&*ty.params, [(_, only)] if *only == string))
}

/// Returns a core module without the functions that only `configure` reaches; `None` if it does not
/// contain `configure`.
fn trimmed_module(module: &[u8]) -> Result<Option<Vec<u8>>> {
    let parts = Parts::parse(module)?;
    let Some(reached) = parts.reached()? else { return Ok(None) };
    let mut encoder = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else { continue };
        if !matches!(payload, Payload::CodeSectionStart { .. }) {
            encoder.section(&RawSection { id, data: &module[range] });
            continue;
        }
        let mut code = CodeSection::new();
        for (index, body) in (parts.imported..).zip(&parts.bodies) {
            match reached.contains(&index) {
                true => code.raw(body.as_bytes()),
                false => code.function(&trap()),
            };
        }
        encoder.section(&code);
    }
    Ok(Some(encoder.finish()))
}

fn trap() -> Function {
    let mut function = Function::new([]);
    function.instructions().unreachable().end();
    function
}

/// The parts of a core module that determine which functions can be called.
#[derive(Default)]
struct Parts<'a> {
    types: Vec<Option<FuncType>>,
    /// The number of imported functions, which come first in the index space.
    imported: u32,
    /// The types of all functions.
    functions: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    /// The functions that can be called from outside.
    entered: Vec<u32>,
    /// The functions in element segments.
    listed: Vec<u32>,
    configures: bool,
    /// Whether its tables are neither imported nor exported, and no segment is passive.
    is_closed: bool,
}

impl<'a> Parts<'a> {
    fn parse(module: &'a [u8]) -> Result<Parts<'a>> {
        let mut parts = Parts { is_closed: true, ..Parts::default() };
        for payload in Parser::new(0).parse_all(module) {
            parts.add(payload?)?;
        }
        Ok(parts)
    }

    fn add(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::TypeSection(groups) => {
                for group in groups {
                    for ty in group?.into_types() {
                        self.types.push(match ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => Some(ty),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    match import?.ty {
                        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                            self.functions.push(ty);
                            self.imported += 1;
                        }
                        TypeRef::Table(_) => self.is_closed = false,
                        _ => {}
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    self.functions.push(ty?);
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    for operator in global?.init_expr.get_operators_reader() {
                        if let Operator::RefFunc { function_index } = operator? {
                            self.entered.push(function_index);
                        }
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let Export { name, kind, index } = export?;
                    match kind {
                        ExternalKind::Func if is_configure(name) => self.configures = true,
                        ExternalKind::Func | ExternalKind::FuncExact => self.entered.push(index),
                        ExternalKind::Table => self.is_closed = false,
                        _ => {}
                    }
                }
            }
            Payload::StartSection { func, .. } => self.entered.push(func),
            Payload::ElementSection(elements) => {
                for element in elements {
                    let element = element?;
                    // The code decides which table a passive segment is copied to.
                    self.is_closed &= !matches!(element.kind, ElementKind::Passive);
                    match element.items {
                        ElementItems::Functions(functions) => {
                            for function in functions {
                                self.listed.push(function?);
                            }
                        }
                        ElementItems::Expressions(_, expressions) => {
                            for expression in expressions {
                                for operator in expression?.get_operators_reader() {
                                    if let Operator::RefFunc { function_index } = operator? {
                                        self.listed.push(function_index);
                                    }
                                }
                            }
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    /// Returns the functions that can be called without `configure`; `None` if the module does not
    /// contain `configure`.
    fn reached(&self) -> Result<Option<HashSet<u32>>> {
        if !self.configures {
            return Ok(None);
        }
        let mut by_type: HashMap<Option<&FuncType>, Vec<u32>> = HashMap::new();
        for function in &self.listed {
            let ty = self.functions.get(*function as usize).and_then(|ty| self.ty(*ty));
            by_type.entry(ty).or_default().push(*function);
        }
        let mut waiting = self.entered.clone();
        if !self.is_closed {
            waiting.extend(by_type.drain().flat_map(|(_, functions)| functions));
        }
        let mut reached = HashSet::new();
        while let Some(function) = waiting.pop() {
            let body = function.checked_sub(self.imported);
            let body = body.and_then(|body| self.bodies.get(body as usize));
            let (Some(body), true) = (body, reached.insert(function)) else { continue };
            for operator in body.get_operators_reader()? {
                match operator? {
                    Operator::Call { function_index }
                    | Operator::ReturnCall { function_index }
                    | Operator::RefFunc { function_index } => waiting.push(function_index),
                    // An indirect call can reach every function of that type in a table.
                    Operator::CallIndirect { type_index, .. }
                    | Operator::ReturnCallIndirect { type_index, .. } => {
                        waiting.extend(by_type.remove(&self.ty(type_index)).unwrap_or_default());
                    }
                    _ => {}
                }
            }
        }
        Ok(Some(reached))
    }

    fn ty(&self, index: u32) -> Option<&FuncType> {
        self.types.get(index as usize)?.as_ref()
    }
}
