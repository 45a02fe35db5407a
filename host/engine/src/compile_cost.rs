//! Bounds the cost of compiling a component before it is compiled.

use crate::admission::{InvalidComponent, MAX_FUNCTION_BYTES, MAX_LOCALS, MAX_PARTS};
use admit_core::{Limits, Size};
use wasmparser::{
    BinaryReaderError, ComponentInstance, ElementItems, ElementSectionReader, FunctionBody,
    Instance, MemorySectionReader, Parser, Payload, TableSectionReader,
};

/// The number of parts that a lifted or lowered function counts as, since the compiler generates
/// machine code for each one.
const PARTS_PER_CANONICAL_FUNCTION: u64 = 10;

/// Rejects a component that would exhaust the compiler or exceed the maximum limits.
///
/// Each level of nesting can instantiate the level below several times, and the compiler expands
/// them all: thirty levels in a file of two kilobytes would take all its memory. Each instantiation
/// is counted as one of the largest component so far, which bounds the cost without resolving what
/// is instantiated.
pub(crate) fn check(bytes: &[u8]) -> Result<(), InvalidComponent> {
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
            Payload::CodeSectionEntry(body) => check_function(body)?,
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
    Ok(())
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

fn check_function(body: &FunctionBody<'_>) -> Result<(), InvalidComponent> {
    let size = body.range().len();
    if size > MAX_FUNCTION_BYTES {
        return Err(InvalidComponent::Function(size));
    }
    let mut locals: u32 = 0;
    for group in body.get_locals_reader().map_err(invalid)? {
        locals = locals.saturating_add(group.map_err(invalid)?.0);
    }
    match locals > MAX_LOCALS {
        true => Err(InvalidComponent::Locals(locals)),
        false => Ok(()),
    }
}

fn invalid(error: BinaryReaderError) -> InvalidComponent {
    InvalidComponent::Invalid(error.to_string())
}
