//! One core module that is what a graph of instances is.

use super::graph::{CoreFunction, CoreInstance, Export, Graph};
use super::linked::{Broken, Linked};
use super::{LOG, POLICY};
use anyhow::{Context, bail};
use std::collections::HashMap;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, ImportSection, Instruction,
    MemorySection, Module, TableSection, TypeSection,
};
use wasmparser::FuncType;

/// Something of the merged module, by its index there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Function(u32),
    /// A function that traps, whatever its type.
    Stub,
    Table(u32),
    Memory(u32),
    Global(u32),
}

/// What a core instance exports.
pub(super) type Exports<'a> = HashMap<&'a str, Item>;

/// The merged module, as far as it is.
#[derive(Default)]
pub(super) struct Merged {
    types: Vec<FuncType>,
    /// Of each function that is no import, its type and its body, once that is read.
    pub(super) functions: Vec<(u32, Option<Function>)>,
    /// The function that traps, of each type that needs one.
    stubs: HashMap<u32, u32>,
    /// The type of the function that writes notes, the only import.
    log: Option<(String, u32)>,
    pub(super) tables: TableSection,
    pub(super) memories: MemorySection,
    pub(super) globals: GlobalSection,
    /// Of each global its value, where that is known before anything runs.
    pub(super) constants: Vec<Option<i32>>,
    pub(super) elements: ElementSection,
    pub(super) data: DataSection,
}

impl Merged {
    /// Links the instances of a graph whose modules lie in these bytes.
    pub(super) fn link(component: &[u8], graph: &Graph<'_>) -> anyhow::Result<Vec<u8>> {
        let mut merged = Merged::default();
        merged.import_log(graph);
        let mut instances: Vec<Exports<'_>> = Vec::new();
        for instance in &graph.instances {
            let exports = match instance {
                CoreInstance::Bag(bag) => {
                    let item = |export: &wasmparser::Export<'_>| {
                        merged.item(graph, &instances, export.kind, export.index)
                    };
                    bag.iter()
                        .map(|export| Ok((export.name, item(export)?)))
                        .collect::<anyhow::Result<_>>()?
                }
                CoreInstance::Instantiated { module, arguments } => {
                    let range = graph.modules.get(*module as usize).context(Broken)?;
                    let bytes = component.get(range.clone()).context(Broken)?;
                    let mut linked = Linked::new(&mut merged);
                    linked.add(bytes, |module, name| {
                        let (_, instance) = arguments.iter().find(|(name, _)| *name == module)?;
                        instances.get(*instance as usize)?.get(name).copied()
                    })?
                }
            };
            instances.push(exports);
        }
        let exports = merged.exports(graph, &instances)?;
        merged.finish(&exports)
    }

    /// What the component knows under an index is here.
    fn item(
        &self,
        graph: &Graph<'_>,
        instances: &[Exports<'_>],
        kind: wasmparser::ExternalKind,
        index: u32,
    ) -> anyhow::Result<Item> {
        use wasmparser::ExternalKind;
        let index = index as usize;
        let export: Option<&Export<'_>> = match kind {
            ExternalKind::Func | ExternalKind::FuncExact => {
                match graph.functions.get(index).context(Broken)? {
                    CoreFunction::Exported(export) => Some(export),
                    CoreFunction::Imported { interface, name } if is_log(interface, name) => {
                        return Ok(Item::Function(0));
                    }
                    CoreFunction::Imported { interface, name } => return stand_in(interface, name),
                    // A handle that nobody can have.
                    CoreFunction::Drop => return Ok(Item::Stub),
                    CoreFunction::Other => bail!("its core modules call another component"),
                }
            }
            ExternalKind::Table => graph.tables.get(index),
            ExternalKind::Memory => graph.memories.get(index),
            ExternalKind::Global => graph.globals.get(index),
            ExternalKind::Tag => None,
        };
        let export = export.context(Broken)?;
        let instance = instances.get(export.instance as usize).context(Broken)?;
        instance.get(export.name).copied().context(Broken)
    }

    /// Makes the function that writes notes the first one, if the policy can call it.
    fn import_log(&mut self, graph: &Graph<'_>) {
        for function in &graph.functions {
            if let CoreFunction::Imported { interface, name } = function
                && is_log(interface, name)
            {
                // The level, and where the message lies.
                let i32 = wasmparser::ValType::I32;
                let ty = self.ty(FuncType::new([i32, i32, i32], []));
                self.log = Some(((*interface).to_owned(), ty));
            }
        }
    }

    pub(super) fn ty(&mut self, ty: FuncType) -> u32 {
        let known = self.types.iter().position(|known| *known == ty);
        known.unwrap_or_else(|| {
            self.types.push(ty);
            self.types.len() - 1
        }) as u32
    }

    pub(super) fn imports(&self) -> u32 {
        u32::from(self.log.is_some())
    }

    /// A function whose body is still to come.
    pub(super) fn declare(&mut self, ty: u32) -> u32 {
        self.functions.push((ty, None));
        self.imports() + self.functions.len() as u32 - 1
    }

    pub(super) fn stub(&mut self, ty: u32) -> u32 {
        if let Some(&stub) = self.stubs.get(&ty) {
            return stub;
        }
        let mut body = Function::new([]);
        body.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
        self.functions.push((ty, Some(body)));
        let stub = self.imports() + self.functions.len() as u32 - 1;
        self.stubs.insert(ty, stub);
        stub
    }

    /// What the contract's tools look for in a core module.
    fn exports(
        &self,
        graph: &Graph<'_>,
        instances: &[Exports<'_>],
    ) -> anyhow::Result<Vec<(String, Item)>> {
        use wasmparser::ExternalKind::Func;
        if self.memories.len() != 1 {
            bail!("it has {} memories, expected one", self.memories.len());
        }
        let mut exports = vec![("memory".to_owned(), Item::Memory(0))];
        let mut realloc = None;
        for lift in &graph.lifts {
            let Some(name) = graph.name(lift.function).filter(|name| name.starts_with(POLICY))
            else {
                continue;
            };
            if !lift.is_plain {
                bail!("`{name}` is lifted with options that are not known here");
            }
            let function = self.item(graph, instances, Func, lift.function)?;
            exports.push((name.to_owned(), function));
            if let Some(post_return) = lift.post_return {
                let function = self.item(graph, instances, Func, post_return)?;
                exports.push((format!("cabi_post_{name}"), function));
            }
            if let Some(function) = lift.realloc {
                let function = self.item(graph, instances, Func, function)?;
                if *realloc.get_or_insert(function) != function {
                    bail!("its functions get memory in two ways");
                }
            }
        }
        exports.extend(realloc.map(|function| ("cabi_realloc".to_owned(), function)));
        Ok(exports)
    }

    fn finish(self, exports: &[(String, Item)]) -> anyhow::Result<Vec<u8>> {
        let mut types = TypeSection::new();
        for ty in &self.types {
            types.ty().func_type(&RoundtripReencoder.func_type(ty.clone())?);
        }
        let mut imports = ImportSection::new();
        if let Some((interface, ty)) = &self.log {
            imports.import(interface, "write", EntityType::Function(*ty));
        }
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        for (ty, body) in &self.functions {
            functions.function(*ty);
            code.function(body.as_ref().context(Broken)?);
        }
        let mut section = ExportSection::new();
        for (name, item) in exports {
            match *item {
                Item::Function(index) => section.export(name, ExportKind::Func, index),
                Item::Memory(index) => section.export(name, ExportKind::Memory, index),
                Item::Stub | Item::Table(_) | Item::Global(_) => {
                    bail!("`{name}` is not in a core module")
                }
            };
        }
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&self.tables)
            .section(&self.memories)
            .section(&self.globals)
            .section(&section)
            .section(&self.elements)
            .section(&DataCountSection { count: self.data.len() })
            .section(&code)
            .section(&self.data);
        Ok(module.finish())
    }
}

/// What stands in for a function that no policy has: of the system, or of the tool that loaded
/// the source. Any other one is not granted, and nothing is made up for it.
fn stand_in(interface: &str, name: &str) -> anyhow::Result<Item> {
    if interface.starts_with("wasi:") || interface.starts_with("local:init/") {
        return Ok(Item::Stub);
    }
    bail!("it imports `{name}` of `{interface}`, and a policy is granted nothing but `{LOG}…`");
}

fn is_log(interface: &str, name: &str) -> bool {
    interface.starts_with(LOG) && name == "write"
}
