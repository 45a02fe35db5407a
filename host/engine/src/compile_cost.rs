//! Bounds the cost of compiling a component before it is compiled.

use crate::admission::{
    InvalidComponent, MAX_FUNCTION_BYTES, MAX_FUNCTIONS, MAX_LOCALS, MAX_LOCALS_IN_BLOCKS,
    MAX_NESTING, MAX_PARTS,
};
use admit_core::{Limits, Size};
use wasmparser::{
    BinaryReaderError, ComponentInstance, ElementItems, ElementSectionReader, FunctionBody,
    Instance, MemorySectionReader, Operator, Parser, Payload, TableSectionReader,
};

/// The size of a component, by which the limits of its compilation are set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CompileCost {
    /// The bytes of all functions.
    pub code: u64,
    /// The number of functions.
    pub functions: u64,
    /// The bytes of the component.
    pub size: u64,
    /// The locals times blocks of each function, summed.
    locals_in_blocks: u64,
    /// The blocks times their depth of each function, summed.
    nesting: u64,
}

impl CompileCost {
    /// Reads the size of a component, and rejects one that is too expensive to compile.
    pub fn new(component: &[u8]) -> Result<CompileCost, InvalidComponent> {
        check(component)
    }

    /// Adds a function, and rejects one that exceeds a maximum.
    fn add_function(&mut self, body: &FunctionBody<'_>) -> Result<(), InvalidComponent> {
        let size = body.range().len();
        if size > MAX_FUNCTION_BYTES {
            return Err(InvalidComponent::Function(size));
        }
        let mut locals: u32 = 0;
        for group in body.get_locals_reader().map_err(invalid)? {
            locals = locals.saturating_add(group.map_err(invalid)?.0);
        }
        if locals > MAX_LOCALS {
            return Err(InvalidComponent::Locals(locals));
        }
        let (mut blocks, mut depth, mut deepest): (u64, u64, u64) = (0, 0, 0);
        for operator in body.get_operators_reader().map_err(invalid)? {
            match operator.map_err(invalid)? {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                    blocks += 1;
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                Operator::Else
                | Operator::Br { .. }
                | Operator::BrIf { .. }
                | Operator::BrTable { .. } => blocks += 1,
                Operator::End => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        self.code += size as u64;
        self.locals_in_blocks += u64::from(locals) * blocks;
        self.nesting += deepest * blocks;
        if self.locals_in_blocks > MAX_LOCALS_IN_BLOCKS {
            return Err(InvalidComponent::LocalsInBlocks(self.locals_in_blocks));
        }
        match self.nesting > MAX_NESTING {
            true => Err(InvalidComponent::Nesting(self.nesting)),
            false => Ok(()),
        }
    }
}

/// The number of parts that a lifted or lowered function counts as, since the compiler generates
/// machine code for each one.
const PARTS_PER_CANONICAL_FUNCTION: u64 = 10;

/// Rejects a component that would exhaust the compiler or exceed the maximum limits.
///
/// Each level of nesting can instantiate the level below several times, and the compiler expands
/// them all: thirty levels in a file of two kilobytes would take all its memory. Each instantiation
/// is counted as one of the largest component so far, which bounds the cost without resolving what
/// is instantiated.
pub(crate) fn check(bytes: &[u8]) -> Result<CompileCost, InvalidComponent> {
    let mut cost = CompileCost { size: bytes.len() as u64, ..CompileCost::default() };
    // The part counts of the enclosing components and modules.
    let mut open: Vec<u64> = Vec::new();
    let mut largest: u64 = 1;
    let mut elements: u64 = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(invalid)?;
        match &payload {
            Payload::Version { .. } => open.push(1),
            Payload::End(_) => largest = largest.max(open.pop().unwrap_or(0)),
            Payload::MemorySection(memories) => check_memories(memories)?,
            Payload::TableSection(tables) => check_tables(tables)?,
            Payload::CodeSectionStart { count, .. } => {
                cost.functions += u64::from(*count);
                if cost.functions > MAX_FUNCTIONS {
                    return Err(InvalidComponent::Functions(cost.functions));
                }
            }
            Payload::CodeSectionEntry(body) => cost.add_function(body)?,
            Payload::ElementSection(segments) => elements += check_elements(segments, elements)?,
            _ => {}
        }
        let parts = parts(&payload, largest).map_err(invalid)?;
        if let Some(open) = open.last_mut() {
            *open = open.saturating_add(parts);
        }
        if largest.max(open.last().copied().unwrap_or(0)) > MAX_PARTS {
            return Err(InvalidComponent::TooManyParts);
        }
    }
    Ok(cost)
}

/// Returns the number of parts that a section adds to the component or module around it.
fn parts(section: &Payload<'_>, largest: u64) -> Result<u64, BinaryReaderError> {
    let mut parts: u64 = 0;
    match section {
        Payload::ComponentInstanceSection(instances) => {
            for instance in instances.clone() {
                parts = parts.saturating_add(match instance? {
                    ComponentInstance::Instantiate { .. } => largest,
                    ComponentInstance::FromExports(exports) => 1 + exports.len() as u64,
                });
            }
        }
        Payload::InstanceSection(instances) => {
            for instance in instances.clone() {
                parts += match instance? {
                    Instance::Instantiate { args, .. } => 1 + args.len() as u64,
                    Instance::FromExports(exports) => 1 + exports.len() as u64,
                };
            }
        }
        Payload::ComponentAliasSection(aliases) => parts = u64::from(aliases.count()),
        Payload::ComponentImportSection(imports) => parts = u64::from(imports.count()),
        Payload::ComponentExportSection(exports) => parts = u64::from(exports.count()),
        Payload::ComponentTypeSection(types) => parts = u64::from(types.count()),
        Payload::ComponentCanonicalSection(functions) => {
            parts = u64::from(functions.count()) * PARTS_PER_CANONICAL_FUNCTION;
        }
        _ => {}
    }
    Ok(parts)
}

fn check_memories(memories: &MemorySectionReader<'_>) -> Result<(), InvalidComponent> {
    for memory in memories.clone() {
        let bytes = memory.map_err(invalid)?.initial.saturating_mul(64 << 10);
        if bytes > Limits::MAX.memory.bytes() {
            return Err(InvalidComponent::Memory(Size::from_bytes(bytes)));
        }
    }
    Ok(())
}

fn check_tables(tables: &TableSectionReader<'_>) -> Result<(), InvalidComponent> {
    for table in tables.clone() {
        check_table(table.map_err(invalid)?.ty.initial)?;
    }
    Ok(())
}

fn check_table(elements: u64) -> Result<(), InvalidComponent> {
    match elements > u64::from(Limits::MAX.table_elements) {
        true => Err(InvalidComponent::Table(elements)),
        false => Ok(()),
    }
}

/// Returns the number of elements in the segments, which the compiler turns into code. Together
/// with those `before`, it may not exceed the maximum number of table elements.
fn check_elements(
    segments: &ElementSectionReader<'_>,
    before: u64,
) -> Result<u64, InvalidComponent> {
    let mut elements = 0;
    for segment in segments.clone() {
        elements += u64::from(match segment.map_err(invalid)?.items {
            ElementItems::Functions(items) => items.count(),
            ElementItems::Expressions(_, items) => items.count(),
        });
    }
    check_table(before + elements)?;
    Ok(elements)
}

fn invalid(error: BinaryReaderError) -> InvalidComponent {
    InvalidComponent::Invalid(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(module: &str) -> Result<CompileCost, InvalidComponent> {
        check(&wat::parse_str(format!("(component (core module {module}))")).unwrap())
    }

    #[test]
    fn the_cost_is_summed_over_all_functions() {
        let block = "(func (local i32 i64) (block (block)) (block (br 0)))";
        let one = cost(block).unwrap();
        let (locals_in_blocks, nesting) = (2 * 4, 2 * 4);
        assert_eq!(
            (one.functions, one.locals_in_blocks, one.nesting),
            (1, locals_in_blocks, nesting)
        );
        let two = cost(&block.repeat(2)).unwrap();
        assert_eq!((two.functions, two.code), (2, 2 * one.code));
        assert_eq!((two.locals_in_blocks, two.nesting), (2 * locals_in_blocks, 2 * nesting));
        assert!(two.size > one.size);
    }

    #[test]
    fn more_than_any_honest_component_has_is_refused() {
        let functions = |count: usize| cost(&"(func)".repeat(count)).map(|cost| cost.functions);
        assert_eq!(functions(30_000), Ok(30_000));
        assert_eq!(functions(30_001), Err(InvalidComponent::Functions(30_001)));
        let locals = |blocks: usize| {
            let (locals, blocks) = ("i32 ".repeat(10_000), "(block)".repeat(blocks));
            cost(&format!("(func (local {locals}) {blocks})")).map(|cost| cost.locals_in_blocks)
        };
        assert_eq!(locals(4_000), Ok(40_000_000));
        assert_eq!(locals(4_001), Err(InvalidComponent::LocalsInBlocks(40_010_000)));
        let nested = |depth: usize| {
            let (blocks, ends) = ("block ".repeat(depth), "end ".repeat(depth));
            cost(&format!("(func {blocks} {ends})")).map(|cost| cost.nesting)
        };
        assert_eq!(nested(20_000), Ok(400_000_000));
        assert_eq!(nested(23_000), Err(InvalidComponent::Nesting(529_000_000)));
    }
}
