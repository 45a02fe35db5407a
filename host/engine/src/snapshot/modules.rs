//! Rewrites the core modules of a component, and leaves everything else as it is.

use wasm_encoder::{Component, RawSection};
use wasmparser::{BinaryReaderError, Parser, Payload};

pub(super) type Result<T> = std::result::Result<T, BinaryReaderError>;

/// A component with other modules in the place of its own, where there is one.
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

/// Whether two components differ only inside their core modules: the same imports, exports and
/// types, connected in the same way.
pub(super) fn is_same_around_modules(one: &[u8], other: &[u8]) -> Result<bool> {
    Ok(around_modules(one)? == around_modules(other)?)
}

/// The sections of a component, without the contents of its core modules and of what is not code.
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

/// How deep what follows is inside a component.
pub(super) fn deeper(payload: &Payload<'_>, depth: usize) -> usize {
    match payload {
        Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth + 1,
        Payload::End(_) => depth.saturating_sub(1),
        _ => depth,
    }
}
