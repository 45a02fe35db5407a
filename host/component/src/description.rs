//! Describes a component without compiling or running it.

mod interface;

use crate::metadata;
use admit_core::{Metadata, printable};
use anyhow::{Context, bail};
use interface::Writer;
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType};
use wasmparser::types::TypesRef;
use wasmparser::{Parser, Payload, ProducersSectionReader, ValidPayload, Validator};

/// The imports, exports, producers and metadata of a component.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ComponentInfo {
    /// The imports that the component could call, in the component's order.
    pub imports: Vec<String>,
    /// The exports.
    pub exports: Vec<String>,
    /// The functions and types of each import, in the same order, as the component declares them.
    pub import_types: Vec<Vec<String>>,
    /// The functions and types of each export.
    pub export_types: Vec<Vec<String>>,
    /// The tools that produced the component, such as `processed-by rustc 1.95.0`, without
    /// duplicates and limited in number.
    pub producers: Vec<String>,
    /// The metadata, or the reason why it cannot be read; `None` if the component has none.
    pub metadata: Option<Result<Metadata, String>>,
}

/// The maximum number of producers that are kept, more than any real component has.
const MAX_PRODUCERS: usize = 100;

/// The maximum size of all sections with types, imports, exports and other declarations together, in
/// bytes; a policy has a few kilobytes.
const MAX_DECLARATIONS: usize = 4 << 20;

/// The size of the declarations in a part of a component: everything except code, data, custom sections
/// and nested parts, which come separately.
fn declarations(payload: &Payload<'_>) -> usize {
    match payload {
        Payload::CustomSection(_)
        | Payload::ModuleSection { .. }
        | Payload::ComponentSection { .. }
        | Payload::CodeSectionStart { .. }
        | Payload::CodeSectionEntry(_)
        | Payload::FunctionSection(_)
        | Payload::ElementSection(_)
        | Payload::DataSection(_) => 0,
        _ => payload.as_section().map_or(0, |(_, range)| range.len()),
    }
}

impl ComponentInfo {
    /// Parses a component of any world.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are not a valid component.
    pub fn parse(component: &[u8]) -> anyhow::Result<ComponentInfo> {
        if !Parser::is_component(component) {
            match Parser::is_core_wasm(component) {
                true => bail!("a core WebAssembly module, not a component"),
                false => bail!("not a WebAssembly component"),
            }
        }
        let mut info = ComponentInfo::default();
        let mut validator = Validator::new();
        let (mut depth, mut declared) = (0, 0);
        for payload in Parser::new(0).parse_all(component) {
            let payload = payload.context("invalid component")?;
            // Checked before they are parsed, because they take many times the memory then.
            declared += declarations(&payload);
            if declared > MAX_DECLARATIONS {
                let max = MAX_DECLARATIONS >> 20;
                bail!("its types, imports and exports take more than {max} MiB, the maximum");
            }
            match &payload {
                Payload::CustomSection(section) if section.name() == "producers" => {
                    let data = wasmparser::BinaryReader::new(section.data(), section.data_offset());
                    info.add_producers(ProducersSectionReader::new(data)?)?;
                }
                Payload::CustomSection(section)
                    if section.name() == metadata::SECTION && depth == 0 =>
                {
                    info.metadata = Some(match info.metadata {
                        None => metadata::from_section(section.data()),
                        Some(_) => Err("duplicate section".to_owned()),
                    });
                }
                Payload::ComponentImportSection(reader) if depth == 0 => {
                    for import in reader.clone() {
                        info.imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(reader) if depth == 0 => {
                    for export in reader.clone() {
                        info.exports.push(export?.name.name.to_owned());
                    }
                }
                _ => {}
            }
            match validator.payload(&payload).context("invalid component")? {
                ValidPayload::Parser(_) => depth += 1,
                ValidPayload::End(types) if depth == 0 => {
                    let types = types.as_ref();
                    // An import that only has types gives a component nothing to call.
                    let all = std::mem::take(&mut info.imports);
                    let mut writer = Writer::new(&types);
                    for name in all {
                        let item = types.component_item_for_import(&name).map(|item| &item.ty);
                        let lines = item.map(|item| writer.lines(&name, item));
                        if !item.is_some_and(|item| is_only_types(types, item)) {
                            info.imports.push(name);
                            info.import_types.push(lines.unwrap_or_default());
                        }
                    }
                    for name in &info.exports {
                        let item = types.component_item_for_export(name).map(|item| &item.ty);
                        let lines = item.map(|item| writer.lines(name, item));
                        info.export_types.push(lines.unwrap_or_default());
                    }
                }
                ValidPayload::End(_) => depth -= 1,
                ValidPayload::Ok | ValidPayload::Func(..) => {}
            }
        }
        Ok(info)
    }

    /// Returns the version of the contract that the component exports, if any.
    pub fn contract(&self) -> Option<&str> {
        self.exports.iter().find_map(|name| name.strip_prefix("admit:policy/sign-up-policy@"))
    }

    fn add_producers(&mut self, fields: ProducersSectionReader<'_>) -> wasmparser::Result<()> {
        for field in fields {
            let field = field?;
            for value in field.values {
                let value = value?;
                let line = format!("{} {} {}", field.name, value.name, value.version);
                // The names are untrusted text.
                let line = printable(&line, 120);
                if self.producers.len() < MAX_PRODUCERS && !self.producers.contains(&line) {
                    self.producers.push(line);
                }
            }
        }
        Ok(())
    }
}

/// Returns whether an item has only types and nothing to call, by the engine's rules.
fn is_only_types(types: TypesRef<'_>, item: &ComponentEntityType) -> bool {
    match item {
        ComponentEntityType::Instance(instance) => {
            types[*instance].exports.values().all(|export| is_only_types(types, &export.ty))
        }
        ComponentEntityType::Type { referenced, .. } => {
            // A resource is a type that needs an implementation.
            !matches!(referenced, ComponentAnyTypeId::Resource(_))
        }
        _ => false,
    }
}
