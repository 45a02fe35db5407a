//! Copies a core instance into the merged module.

use super::broken::Broken;
use super::merged::{Exports, Item, Merged};
use anyhow::{Context, bail};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{ConstExpr, Instruction};
use wasmparser::{CompositeInnerType, Operator, Parser, Payload, TypeRef};

/// Maps each index of a core module to its index in the merged one.
pub(super) struct Linked<'m> {
    merged: &'m mut Merged,
    types: Vec<u32>,
    functions: Vec<u32>,
    tables: Vec<u32>,
    memories: Vec<u32>,
    globals: Vec<u32>,
    first_element: u32,
    first_data: u32,
    /// The number of function bodies read so far.
    bodies: usize,
    /// The functions that are not imports.
    own: Vec<u32>,
}

impl<'m> Linked<'m> {
    pub(super) fn new(merged: &'m mut Merged) -> Linked<'m> {
        Linked {
            first_element: merged.elements.len(),
            first_data: merged.data.len(),
            merged,
            types: Vec::new(),
            functions: Vec::new(),
            tables: Vec::new(),
            memories: Vec::new(),
            globals: Vec::new(),
            bodies: 0,
            own: Vec::new(),
        }
    }

    /// Adds a module; `look_up` resolves its imports by module and name.
    pub(super) fn add<'a>(
        &mut self,
        module: &'a [u8],
        look_up: impl Fn(&str, &str) -> Option<Item>,
    ) -> anyhow::Result<Exports<'a>> {
        let mut exports = Exports::new();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(types) => {
                    for group in types {
                        for ty in group?.into_types() {
                            let CompositeInnerType::Func(ty) = ty.composite_type.inner else {
                                bail!("has types other than function types");
                            };
                            let ty = self.merged.ty(ty);
                            self.types.push(ty);
                        }
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        let item = look_up(import.module, import.name).with_context(|| {
                            format!("unresolved import `{}` from `{}`", import.name, import.module)
                        })?;
                        self.import(import.ty, item)?;
                    }
                }
                Payload::FunctionSection(functions) => {
                    for ty in functions {
                        let ty = self.type_index(ty?)?;
                        let function = self.merged.declare(ty);
                        self.functions.push(function);
                        self.own.push(function);
                    }
                }
                Payload::TableSection(tables) => {
                    for table in tables {
                        let mut section = std::mem::take(&mut self.merged.tables);
                        self.parse_table(&mut section, table?)?;
                        self.merged.tables = section;
                        self.tables.push(self.merged.tables.len() - 1);
                    }
                }
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        let memory = self.memory_type(memory?)?;
                        self.merged.memories.memory(memory);
                        self.memories.push(self.merged.memories.len() - 1);
                    }
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        let global = global?;
                        let constant = match global.ty.mutable {
                            true => None,
                            false => self.value(&global.init_expr)?,
                        };
                        let ty = self.global_type(global.ty)?;
                        let init = self.const_expr(global.init_expr)?;
                        self.merged.globals.global(ty, &init);
                        self.merged.constants.push(constant);
                        self.globals.push(self.merged.globals.len() - 1);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        exports.insert(export.name, self.export(export.kind, export.index)?);
                    }
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        let mut section = std::mem::take(&mut self.merged.elements);
                        self.parse_element(&mut section, element?)?;
                        self.merged.elements = section;
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let mut code = self.new_function_with_parsed_locals(&body)?;
                    let mut operators = body.get_operators_reader()?;
                    while !operators.is_end_then_eof() {
                        // Tail calls are disabled in the engine: replace each with a call and a
                        // return.
                        match self.parse_instruction(&mut operators)? {
                            Instruction::ReturnCall(function) => code
                                .instruction(&Instruction::Call(function))
                                .instruction(&Instruction::Return),
                            Instruction::ReturnCallIndirect { type_index, table_index } => code
                                .instruction(&Instruction::CallIndirect { type_index, table_index })
                                .instruction(&Instruction::Return),
                            instruction => code.instruction(&instruction),
                        };
                    }
                    code.instruction(&Instruction::End);
                    let own = *self.own.get(self.bodies).context(Broken)?;
                    let place = (own - self.merged.imports()) as usize;
                    self.merged.functions.get_mut(place).context(Broken)?.1 = Some(code);
                    self.bodies += 1;
                }
                Payload::DataSection(data) => {
                    for segment in data {
                        let mut section = std::mem::take(&mut self.merged.data);
                        self.parse_data(&mut section, segment?)?;
                        self.merged.data = section;
                    }
                }
                Payload::StartSection { .. } => bail!("a core module has a start function"),
                Payload::TagSection(_) => bail!("uses exceptions"),
                _ => {}
            }
        }
        Ok(exports)
    }

    fn import(&mut self, ty: TypeRef, item: Item) -> anyhow::Result<()> {
        match (ty, item) {
            (TypeRef::Func(_) | TypeRef::FuncExact(_), Item::Function(function)) => {
                self.functions.push(function);
            }
            (TypeRef::Func(ty) | TypeRef::FuncExact(ty), Item::Stub) => {
                let ty = self.type_index(ty)?;
                let stub = self.merged.stub(ty);
                self.functions.push(stub);
            }
            (TypeRef::Table(_), Item::Table(table)) => self.tables.push(table),
            (TypeRef::Memory(_), Item::Memory(memory)) => self.memories.push(memory),
            (TypeRef::Global(_), Item::Global(global)) => self.globals.push(global),
            _ => bail!(Broken),
        }
        Ok(())
    }

    fn export(&self, kind: wasmparser::ExternalKind, index: u32) -> anyhow::Result<Item> {
        use wasmparser::ExternalKind;
        let at = |indices: &[u32]| indices.get(index as usize).copied().context(Broken);
        Ok(match kind {
            ExternalKind::Func | ExternalKind::FuncExact => Item::Function(at(&self.functions)?),
            ExternalKind::Table => Item::Table(at(&self.tables)?),
            ExternalKind::Memory => Item::Memory(at(&self.memories)?),
            ExternalKind::Global => Item::Global(at(&self.globals)?),
            ExternalKind::Tag => bail!("uses exceptions"),
        })
    }

    /// Evaluates a constant expression, such as the base address of a library, if its value is
    /// known.
    fn value(
        &self,
        expression: &wasmparser::ConstExpr<'_>,
    ) -> Result<Option<i32>, reencode::Error<Broken>> {
        let mut stack: Vec<i32> = Vec::new();
        for operator in expression.get_operators_reader() {
            let value = match operator? {
                Operator::End => break,
                Operator::I32Const { value } => value,
                Operator::GlobalGet { global_index } => {
                    let global = at(&self.globals, global_index)?;
                    match self.merged.constants.get(global as usize).copied().flatten() {
                        Some(value) => value,
                        None => return Ok(None),
                    }
                }
                operator => {
                    let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else {
                        return Ok(None);
                    };
                    match operator {
                        Operator::I32Add => left.wrapping_add(right),
                        Operator::I32Sub => left.wrapping_sub(right),
                        Operator::I32Mul => left.wrapping_mul(right),
                        _ => return Ok(None),
                    }
                }
            };
            stack.push(value);
        }
        Ok(stack.pop())
    }
}

impl Reencode for Linked<'_> {
    type Error = Broken;

    fn type_index(&mut self, ty: u32) -> Result<u32, reencode::Error<Broken>> {
        at(&self.types, ty)
    }

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error<Broken>> {
        at(&self.functions, function)
    }

    fn table_index(&mut self, table: u32) -> Result<u32, reencode::Error<Broken>> {
        at(&self.tables, table)
    }

    fn memory_index(&mut self, memory: u32) -> Result<u32, reencode::Error<Broken>> {
        at(&self.memories, memory)
    }

    fn global_index(&mut self, global: u32) -> Result<u32, reencode::Error<Broken>> {
        at(&self.globals, global)
    }

    fn element_index(&mut self, element: u32) -> Result<u32, reencode::Error<Broken>> {
        Ok(self.first_element + element)
    }

    fn data_index(&mut self, data: u32) -> Result<u32, reencode::Error<Broken>> {
        Ok(self.first_data + data)
    }

    /// Replaces expressions by their values, since a constant expression may only refer to imported
    /// globals, and those are no longer imports.
    fn const_expr(
        &mut self,
        expression: wasmparser::ConstExpr<'_>,
    ) -> Result<ConstExpr, reencode::Error<Broken>> {
        match self.value(&expression)? {
            Some(value) => Ok(ConstExpr::i32_const(value)),
            None => reencode::utils::const_expr(self, expression),
        }
    }
}

fn at(indices: &[u32], index: u32) -> Result<u32, reencode::Error<Broken>> {
    indices.get(index as usize).copied().ok_or(reencode::Error::UserError(Broken))
}
