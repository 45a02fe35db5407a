//! Rewrites the core modules of a component.

use wasm_encoder::{Component, RawSection};
use wasmparser::{BinaryReaderError, Parser, Payload};

pub(super) type Result<T> = std::result::Result<T, BinaryReaderError>;

/// Replaces the top-level core modules for which `rewritten` returns another one.
pub(super) fn rewrite(
    component: &[u8],
    rewritten: impl Fn(&[u8]) -> Result<Option<Vec<u8>>>,
) -> Result<Vec<u8>> {
    let mut encoder = Component::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if depth == 0
            && let Some((id, range)) = payload.as_section()
        {
            let whole = &component[range.clone()];
            let module = match payload {
                Payload::ModuleSection { .. } => rewritten(whole)?,
                _ => None,
            };
            let data = module.as_deref().unwrap_or(whole);
            encoder.section(&RawSection { id, data });
        }
        depth = deeper(&payload, depth);
    }
    Ok(encoder.finish())
}

/// Returns whether two components differ only inside their core modules: they have the same
/// imports, exports and types, connected in the same way.
pub(super) fn is_same_around_modules(one: &[u8], other: &[u8]) -> Result<bool> {
    Ok(around_modules(one)? == around_modules(other)?)
}

/// Returns the sections of a component without custom sections and without the contents of its core
/// modules.
fn around_modules(component: &[u8]) -> Result<Vec<(u8, &[u8])>> {
    let (mut sections, mut depth) = (Vec::new(), 0);
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        match payload {
            Payload::CustomSection(_) => {}
            _ if depth > 0 => {}
            _ => {
                if let Some((id, range)) = payload.as_section() {
                    let is_module = matches!(payload, Payload::ModuleSection { .. });
                    sections.push((id, if is_module { &[] } else { &component[range] }));
                }
            }
        }
        depth = deeper(&payload, depth);
    }
    Ok(sections)
}

/// Returns the nesting depth after a payload.
pub(super) fn deeper(payload: &Payload<'_>, depth: usize) -> usize {
    match payload {
        Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth + 1,
        Payload::End(_) => depth.saturating_sub(1),
        _ => depth,
    }
}
