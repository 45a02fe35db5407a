//! A component without code that imports items and exports them in order.

use crate::admission::MAX_PARTS;
use std::collections::HashMap;
use wasm_encoder::{ComponentBuilder, ComponentExportKind, ComponentTypeRef, TypeBounds};
use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentDefinedType, ComponentDefinedTypeId, ComponentFuncType,
    ComponentValType,
};
use wasmparser::types::TypesRef;
use wasmparser::{ComponentExport, ComponentExternalKind};

/// A component, and the arguments to instantiate it with.
pub(super) struct Relay {
    pub(super) component: Vec<u8>,
    pub(super) args: Vec<(String, ComponentExportKind, u32)>,
}

/// The indices of types in the component around a relay.
#[derive(Default)]
pub(super) struct Around {
    numbers: HashMap<ComponentAnyTypeId, u32>,
    /// The number of types that were indexed.
    seen: u32,
}

impl Around {
    /// Adds the types that were defined since the last call.
    pub(super) fn extend(&mut self, types: TypesRef<'_>) {
        for index in self.seen..types.component_type_count() {
            self.numbers.entry(types.component_any_type_at(index)).or_insert(index);
        }
        self.seen = types.component_type_count();
    }
}

/// The number of types that all relays of a component together may still define.
pub(super) struct TypeBudget(u64);

impl Default for TypeBudget {
    fn default() -> TypeBudget {
        TypeBudget(MAX_PARTS)
    }
}

/// The side of a relay on which a type is used: an imported function refers to imported types, and
/// an exported one to exported types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    Import,
    Export,
}

impl Relay {
    /// Creates a relay for the items of an inline instance; returns `None` for items of an
    /// unsupported kind.
    pub(super) fn new(
        items: &[ComponentExport<'_>],
        types: TypesRef<'_>,
        around: &Around,
        budget: &mut TypeBudget,
    ) -> Option<Relay> {
        let mut writer = Writer::new(items, types, around, budget)?;
        // Types come first, since functions refer to them.
        for item in items {
            if item.kind == ComponentExternalKind::Type {
                writer.export_type(item.name.name, types.component_any_type_at(item.index))?;
            }
        }
        for item in items {
            if item.kind == ComponentExternalKind::Func {
                writer.function(item.name.name, item.index)?;
            }
        }
        Some(Relay { component: writer.builder.finish(), args: writer.args })
    }
}

/// Writes a relay.
struct Writer<'a, 'r> {
    types: TypesRef<'a>,
    around: &'r Around,
    budget: &'r mut TypeBudget,
    /// The types to export, each with the first of its names.
    named: HashMap<ComponentAnyTypeId, &'a str>,
    builder: ComponentBuilder,
    args: Vec<(String, ComponentExportKind, u32)>,
    imported: HashMap<ComponentAnyTypeId, u32>,
    exported: HashMap<ComponentAnyTypeId, u32>,
    /// The anonymous types that were defined.
    written: HashMap<(Side, ComponentDefinedTypeId), u32>,
}

impl<'a, 'r> Writer<'a, 'r> {
    fn new(
        items: &[ComponentExport<'a>],
        types: TypesRef<'a>,
        around: &'r Around,
        budget: &'r mut TypeBudget,
    ) -> Option<Writer<'a, 'r>> {
        let mut named = HashMap::new();
        for item in items {
            let name = item.name;
            match item.kind {
                // A relay would lose these attributes.
                _ if name.implements.or(name.version_suffix).or(name.external_id).is_some() => {
                    return None;
                }
                ComponentExternalKind::Func => {}
                ComponentExternalKind::Type => {
                    named.entry(types.component_any_type_at(item.index)).or_insert(name.name);
                }
                _ => return None,
            }
        }
        Some(Writer {
            types,
            around,
            budget,
            named,
            builder: ComponentBuilder::default(),
            args: Vec::new(),
            imported: HashMap::new(),
            exported: HashMap::new(),
            written: HashMap::new(),
        })
    }

    /// Imports a function and exports it under a name.
    fn function(&mut self, name: &str, index: u32) -> Option<()> {
        let ty = self.types.get(self.types.component_function_at(index))?;
        let import = self.function_type(ty, Side::Import)?;
        let inside = self.import("f", ComponentTypeRef::Func(import), index);
        let export = self.function_type(ty, Side::Export)?;
        let ty = Some(ComponentTypeRef::Func(export));
        self.builder.export(name, ComponentExportKind::Func, inside, ty);
        Some(())
    }

    fn function_type(&mut self, ty: &ComponentFuncType, side: Side) -> Option<u32> {
        let params =
            ty.params.iter().map(|(name, ty)| Some((name.as_str(), self.value(ty, side)?)));
        let params: Vec<_> = params.collect::<Option<_>>()?;
        let result = self.optional(ty.result.as_ref(), side)?;
        let (index, mut encoder) = self.builder.type_function(None);
        encoder.async_(ty.async_).params(params).result(result);
        Some(index)
    }

    fn import(&mut self, letter: &str, ty: ComponentTypeRef, around: u32) -> u32 {
        let name = format!("{letter}{}", self.args.len());
        let inside = self.builder.import(name.as_str(), ty);
        self.args.push((name, ty.kind(), around));
        inside
    }

    /// Imports a named type.
    fn import_type(&mut self, id: ComponentAnyTypeId) -> Option<u32> {
        if let Some(index) = self.imported.get(&id) {
            return Some(*index);
        }
        let around = *self.around.numbers.get(&id)?;
        let bounds = match id {
            ComponentAnyTypeId::Resource(_) => TypeBounds::SubResource,
            ComponentAnyTypeId::Defined(id) => TypeBounds::Eq(self.define(id, Side::Import)?),
            _ => return None,
        };
        let index = self.import("t", ComponentTypeRef::Type(bounds), around);
        self.imported.insert(id, index);
        Some(index)
    }

    /// Exports a type under a name, unless it was exported under its first name already.
    fn export_type(&mut self, name: &str, id: ComponentAnyTypeId) -> Option<u32> {
        let inside = match (self.exported.get(&id), id) {
            (Some(index), _) if self.named.get(&id) == Some(&name) => return Some(*index),
            (Some(index), _) => *index,
            (None, ComponentAnyTypeId::Resource(_)) => self.import_type(id)?,
            (None, ComponentAnyTypeId::Defined(id)) => self.define(id, Side::Export)?,
            _ => return None,
        };
        let index = self.builder.export(name, ComponentExportKind::Type, inside, None);
        self.exported.entry(id).or_insert(index);
        Some(index)
    }

    /// Returns the index of an exported type, and exports it if necessary. The inner `None` means
    /// that the type is not to be exported.
    fn exported(&mut self, id: ComponentAnyTypeId) -> Option<Option<u32>> {
        match self.named.get(&id).copied() {
            None => Some(None),
            Some(name) => self.export_type(name, id).map(Some),
        }
    }

    fn value(
        &mut self,
        ty: &ComponentValType,
        side: Side,
    ) -> Option<wasm_encoder::ComponentValType> {
        Some(match ty {
            ComponentValType::Primitive(ty) => {
                wasm_encoder::ComponentValType::Primitive((*ty).into())
            }
            ComponentValType::Type(id) => {
                wasm_encoder::ComponentValType::Type(self.defined(*id, side)?)
            }
        })
    }

    /// Encodes an optional type; the outer `None` means that it is not supported.
    fn optional(
        &mut self,
        ty: Option<&ComponentValType>,
        side: Side,
    ) -> Option<Option<wasm_encoder::ComponentValType>> {
        match ty {
            None => Some(None),
            Some(ty) => self.value(ty, side).map(Some),
        }
    }

    fn defined(&mut self, id: ComponentDefinedTypeId, side: Side) -> Option<u32> {
        let any = ComponentAnyTypeId::Defined(id);
        if side == Side::Export
            && let Some(index) = self.exported(any)?
        {
            return Some(index);
        }
        if has_name(self.types.get(id)?) {
            return self.import_type(any);
        }
        if let Some(index) = self.written.get(&(side, id)) {
            return Some(*index);
        }
        let index = self.define(id, side)?;
        self.written.insert((side, id), index);
        Some(index)
    }

    /// Defines a type.
    fn define(&mut self, id: ComponentDefinedTypeId, side: Side) -> Option<u32> {
        self.budget.0 = self.budget.0.checked_sub(1)?;
        let ty = self.types.get(id)?;
        Some(match ty {
            ComponentDefinedType::Primitive(ty) => {
                let (index, encoder) = self.builder.type_defined(None);
                encoder.primitive((*ty).into());
                index
            }
            ComponentDefinedType::Record(ty) => {
                let fields = ty.fields.iter();
                let fields = fields.map(|(name, ty)| Some((name.as_str(), self.value(ty, side)?)));
                let fields: Vec<_> = fields.collect::<Option<_>>()?;
                let (index, encoder) = self.builder.type_defined(None);
                encoder.record(fields);
                index
            }
            ComponentDefinedType::Variant(ty) => {
                let cases = ty.cases.iter().map(|(name, case)| {
                    Some((name.as_str(), self.optional(case.ty.as_ref(), side)?))
                });
                let cases: Vec<_> = cases.collect::<Option<_>>()?;
                let (index, encoder) = self.builder.type_defined(None);
                encoder.variant(cases);
                index
            }
            ComponentDefinedType::List { element, .. } => {
                let element = self.value(element, side)?;
                let (index, encoder) = self.builder.type_defined(None);
                encoder.list(element);
                index
            }
            ComponentDefinedType::Tuple(ty) => {
                let types = ty.types.iter().map(|ty| self.value(ty, side));
                let types: Vec<_> = types.collect::<Option<_>>()?;
                let (index, encoder) = self.builder.type_defined(None);
                encoder.tuple(types);
                index
            }
            ComponentDefinedType::Flags(names) => {
                let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
                let (index, encoder) = self.builder.type_defined(None);
                encoder.flags(names);
                index
            }
            ComponentDefinedType::Enum(names) => {
                let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
                let (index, encoder) = self.builder.type_defined(None);
                encoder.enum_type(names);
                index
            }
            ComponentDefinedType::Option { ty, .. } => {
                let ty = self.value(ty, side)?;
                let (index, encoder) = self.builder.type_defined(None);
                encoder.option(ty);
                index
            }
            ComponentDefinedType::Result { ok, err, .. } => {
                let ok = self.optional(ok.as_ref(), side)?;
                let err = self.optional(err.as_ref(), side)?;
                let (index, encoder) = self.builder.type_defined(None);
                encoder.result(ok, err);
                index
            }
            ComponentDefinedType::Own(id) | ComponentDefinedType::Borrow(id) => {
                let id = ComponentAnyTypeId::Resource(*id);
                let exported = match side {
                    Side::Import => None,
                    Side::Export => self.exported(id)?,
                };
                let resource = match exported {
                    Some(index) => index,
                    None => self.import_type(id)?,
                };
                let (index, encoder) = self.builder.type_defined(None);
                match ty {
                    ComponentDefinedType::Own(_) => encoder.own(resource),
                    _ => encoder.borrow(resource),
                }
                index
            }
            // Types of features that are disabled for policies.
            _ => return None,
        })
    }
}

/// Returns whether a type must be named if an exported function uses it.
fn has_name(ty: &ComponentDefinedType) -> bool {
    matches!(
        ty,
        ComponentDefinedType::Record(_)
            | ComponentDefinedType::Variant(_)
            | ComponentDefinedType::Flags(_)
            | ComponentDefinedType::Enum(_)
    )
}
