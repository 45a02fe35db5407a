//! The core module into which a graph of instances is merged.

use super::broken::Broken;
use anyhow::{Context, bail};
use std::collections::HashMap;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, ImportSection, Instruction,
    MemorySection, Module, TableSection, TypeSection,
};
use wasmparser::FuncType;

/// An item of the merged module, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Function(u32),
    /// A function of any type that traps.
    Stub,
    Table(u32),
    Memory(u32),
    Global(u32),
}

/// The exports of a core instance.
pub(super) type Exports<'a> = HashMap<&'a str, Item>;

/// The merged module under construction.
#[derive(Default)]
pub(super) struct Merged {
    types: Vec<FuncType>,
    /// The type of each function that is not an import, and its body once it is read.
    pub(super) functions: Vec<(u32, Option<Function>)>,
    /// The trapping function of each type that needs one.
    stubs: HashMap<u32, u32>,
    /// The interface and the type of the log function, the only import.
    pub(super) log: Option<(String, u32)>,
    pub(super) tables: TableSection,
    pub(super) memories: MemorySection,
    pub(super) globals: GlobalSection,
    /// The value of each global, if it is a known constant.
    pub(super) constants: Vec<Option<i32>>,
    pub(super) elements: ElementSection,
    pub(super) data: DataSection,
}

impl Merged {
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

    /// Declares a function whose body is added later.
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

    /// Encodes the module with these exports.
    pub(super) fn finish(self, exports: &[(String, Item)]) -> anyhow::Result<Vec<u8>> {
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
                    bail!("`{name}` is not a function of a core module")
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
