//! One core module that is what a graph of instances is.

use super::graph::{CoreFunction, CoreInstance, Export, Graph};
use super::{LOG, POLICY};
use anyhow::{Context, bail};
use std::collections::HashMap;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, ImportSection, Instruction,
    MemorySection, Module, TableSection, TypeSection,
};
use wasmparser::{CompositeInnerType, FuncType, Operator, Parser, Payload, TypeRef};

/// Something of the merged module, by its index there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Function(u32),
    /// A function that traps, whatever its type.
    Stub,
    Table(u32),
    Memory(u32),
    Global(u32),
}

/// What a core instance exports.
type Exports<'a> = HashMap<&'a str, Item>;

/// The merged module, as far as it is.
#[derive(Default)]
pub(super) struct Merged {
    types: Vec<FuncType>,
    /// Of each function that is no import, its type and its body, once that is read.
    functions: Vec<(u32, Option<Function>)>,
    /// The function that traps, of each type that needs one.
    stubs: HashMap<u32, u32>,
    /// The type of the function that writes notes, the only import.
    log: Option<(String, u32)>,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    /// Of each global its value, where that is known before anything runs.
    constants: Vec<Option<i32>>,
    elements: ElementSection,
    data: DataSection,
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

    fn ty(&mut self, ty: FuncType) -> u32 {
        let known = self.types.iter().position(|known| *known == ty);
        known.unwrap_or_else(|| {
            self.types.push(ty);
            self.types.len() - 1
        }) as u32
    }

    fn imports(&self) -> u32 {
        u32::from(self.log.is_some())
    }

    /// A function whose body is still to come.
    fn declare(&mut self, ty: u32) -> u32 {
        self.functions.push((ty, None));
        self.imports() + self.functions.len() as u32 - 1
    }

    fn stub(&mut self, ty: u32) -> u32 {
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
            types.ty().func_type(&reencode::RoundtripReencoder.func_type(ty.clone())?);
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

/// An index or a name leads nowhere.
#[derive(Debug, Clone, Copy)]
struct Broken;

impl std::error::Error for Broken {}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("its parts do not fit together")
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

/// One core instance on its way into the merged module: where each of its indices leads.
struct Linked<'m> {
    merged: &'m mut Merged,
    types: Vec<u32>,
    functions: Vec<u32>,
    tables: Vec<u32>,
    memories: Vec<u32>,
    globals: Vec<u32>,
    first_element: u32,
    first_data: u32,
    /// How many bodies were read.
    bodies: usize,
    /// The functions that are no imports.
    own: Vec<u32>,
}

impl<'m> Linked<'m> {
    fn new(merged: &'m mut Merged) -> Linked<'m> {
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

    /// Adds a module, whose imports are looked up by their two names.
    fn add<'a>(
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
                                bail!("it has types that are not of functions");
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
                            format!("nothing is `{}` of `{}`", import.name, import.module)
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
                        // The engine has no tail calls: a call and a return do the same.
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
                Payload::StartSection { .. } => bail!("a core module of it has a start function"),
                Payload::TagSection(_) => bail!("it throws exceptions"),
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
            ExternalKind::Tag => bail!("it throws exceptions"),
        })
    }

    /// What an expression is, where it can be told: where a library lies in memory, mostly.
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

    /// A global that was imported may no longer stand in an expression: its value does.
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
