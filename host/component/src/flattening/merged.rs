//! One core module that is what a graph of instances is.

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
    pub(super) log: Option<(String, u32)>,
    pub(super) tables: TableSection,
    pub(super) memories: MemorySection,
    pub(super) globals: GlobalSection,
    /// Of each global its value, where that is known before anything runs.
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

    /// The bytes of the module, which exports these.
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
