//! Joins the data segments of a snapshot: that of an interpreter has thousands, and each sign-up
//! would process every one.

use super::modules::{Result, rewrite};
use admit_core::Limits;
use std::ops::Range;
use wasm_encoder::{ConstExpr, DataCountSection, DataSection, Module, RawSection};
use wasmparser::{Data, DataKind, DataSectionReader, Operator, Parser, Payload};

/// The size in bytes of the blocks that are omitted if they are all zero. Memory is loaded page by
/// page, so shorter runs of zeros only enlarge the file.
const BLOCK: usize = 4 << 10;

/// Returns the component with fewer data segments, or unchanged if they cannot be joined.
pub(super) fn join(component: Vec<u8>) -> Vec<u8> {
    rewrite(&component, joined_module).unwrap_or(component)
}

fn joined_module(module: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut memory = None;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader()? {
                    // These refer to segments by their indices.
                    if let Operator::MemoryInit { .. } | Operator::DataDrop { .. } = operator? {
                        return Ok(None);
                    }
                }
            }
            Payload::DataSection(data) => memory = written(data)?,
            _ => {}
        }
    }
    let Some(memory) = memory else { return Ok(None) };
    let mut section = DataSection::new();
    for segment in segments(&memory) {
        let offset = ConstExpr::i32_const((segment.start as u32).cast_signed());
        section.active(0, &offset, memory[segment].iter().copied());
    }
    let mut encoder = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else { continue };
        match payload {
            Payload::DataSection(_) => encoder.section(&section),
            Payload::DataCountSection { .. } => {
                encoder.section(&DataCountSection { count: section.len() })
            }
            _ => encoder.section(&RawSection { id, data: &module[range] }),
        };
    }
    Ok(Some(encoder.finish()))
}

/// Returns the memory that a data section initializes; `None` if the section alone does not
/// determine it.
fn written(section: DataSectionReader<'_>) -> Result<Option<Vec<u8>>> {
    let mut memory = Vec::new();
    for data in section {
        let data = data?;
        // No instruction uses passive segments, which are left over from the original module.
        if let DataKind::Passive = data.kind {
            continue;
        }
        let Some(offset) = offset(&data)? else { return Ok(None) };
        let (start, end) = (offset as usize, offset as usize + data.data.len());
        if end as u64 > Limits::MAX.memory.bytes() {
            return Ok(None);
        }
        memory.resize(end.max(memory.len()), 0);
        memory[start..end].copy_from_slice(data.data);
    }
    Ok(Some(memory))
}

/// Returns the ranges of a memory that are not zero.
fn segments(memory: &[u8]) -> Vec<Range<usize>> {
    let mut segments: Vec<Range<usize>> = Vec::new();
    for (block, bytes) in memory.chunks(BLOCK).enumerate() {
        if bytes.iter().all(|byte| *byte == 0) {
            continue;
        }
        let (start, end) = (block * BLOCK, block * BLOCK + bytes.len());
        match segments.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => segments.push(start..end),
        }
    }
    segments
}

/// Returns the constant offset of a segment of the only memory.
fn offset(data: &Data<'_>) -> Result<Option<u32>> {
    let DataKind::Active { memory_index: 0, offset_expr } = &data.kind else { return Ok(None) };
    let mut operators = offset_expr.get_operators_reader();
    let first = operators.read()?;
    Ok(match (first, operators.read()?) {
        (Operator::I32Const { value }, Operator::End) => Some(value.cast_unsigned()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the joined segments of a component whose only module has these parts.
    fn joined(parts: &str) -> Vec<(Option<u32>, Vec<u8>)> {
        let text = format!("(component (core module (memory 2) {parts}))");
        let component = join(wat::parse_str(text).unwrap());
        wasmparser::Validator::new().validate_all(&component).unwrap();
        let mut segments = Vec::new();
        for payload in Parser::new(0).parse_all(&component) {
            if let Payload::DataSection(data) = payload.unwrap() {
                for data in data {
                    let data = data.unwrap();
                    segments.push((offset(&data).unwrap(), data.data.to_vec()));
                }
            }
        }
        segments
    }

    #[test]
    fn segments_are_joined_and_later_ones_overwrite_earlier_ones() {
        let segments = joined(
            r#"(data (i32.const 8192) "late") (data "gone") (data (i32.const 4100) "abcd")
               (data (i32.const 4102) "xy") (data (i32.const 70000) "far") (data (i32.const 9) "")"#,
        );
        let [(Some(4096), near), (Some(69_632), far)] = &*segments else { panic!("{segments:?}") };
        assert_eq!((near.len(), far.len()), (8192, 371));
        assert_eq!(
            (&near[4..8], &near[4096..4100], &far[368..]),
            (&b"abxy"[..], &b"late"[..], &b"far"[..])
        );
        assert_eq!(near.iter().filter(|byte| **byte != 0).count(), 8);
    }

    #[test]
    fn segments_stay_if_code_refers_to_them_or_their_offset_is_not_constant() {
        let two = r#"(data (i32.const 0) "a") (data (i32.const 1) "b")"#;
        let drops = format!("{two} (func (data.drop 0))");
        let elsewhere =
            r#"(global i32 (i32.const 5)) (data (global.get 0) "a") (data (i32.const 9) "b")"#;
        for parts in [drops.as_str(), elsewhere] {
            assert_eq!(joined(parts).len(), 2, "{parts}");
        }
        assert_eq!(joined(two).len(), 1);
    }
}
