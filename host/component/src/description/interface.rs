//! Writes the types of imports and exports in the notation of WIT.

use admit_core::printable;
use std::collections::HashMap;
use std::fmt::{self, Write};
use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentDefinedType, ComponentEntityType, ComponentFuncTypeId,
    ComponentValType,
};
use wasmparser::types::TypesRef;

/// The maximum depth to which an anonymous type is written.
const MAX_LEVELS: usize = 8;

/// The maximum number of type parts that are written per component, which is untrusted.
const MAX_PARTS: usize = 2_000;

/// The maximum number of characters of one item.
const MAX_CHARS: usize = 500;

/// Writes the items of one component, up to a maximum number.
pub(super) struct Writer<'a> {
    types: &'a TypesRef<'a>,
    names: HashMap<ComponentAnyTypeId, String>,
    parts: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(types: &'a TypesRef<'a>) -> Writer<'a> {
        Writer { types, names: HashMap::new(), parts: 0 }
    }

    /// Returns the functions and types of an import or an export, one a line and in the order of
    /// the component, with `…` for the omitted ones.
    pub(super) fn lines(&mut self, name: &str, item: &ComponentEntityType) -> Vec<String> {
        match item {
            ComponentEntityType::Instance(instance) => {
                let types = self.types;
                let mut lines = Vec::new();
                for (name, item) in &types[*instance].exports {
                    if self.is_full() {
                        lines.push("…".to_owned());
                        break;
                    }
                    lines.push(self.item(name, &item.ty));
                }
                lines
            }
            _ if self.is_full() => vec!["…".to_owned()],
            item => vec![self.item(name, item)],
        }
    }

    fn is_full(&self) -> bool {
        self.parts >= MAX_PARTS
    }

    fn item(&mut self, name: &str, item: &ComponentEntityType) -> String {
        self.parts += 1;
        let types = self.types;
        let mut text = String::new();
        match item {
            ComponentEntityType::Func(id) => {
                let _ = write!(text, "{name}: ");
                self.function(*id, &mut text);
            }
            ComponentEntityType::Type { created, referenced } => {
                let _ = write!(text, "type {name}");
                match referenced {
                    ComponentAnyTypeId::Resource(_) => text = format!("resource {name}"),
                    ComponentAnyTypeId::Defined(id) => {
                        text.push_str(" = ");
                        match self.names.get(referenced) {
                            // The type is written out under that name.
                            Some(known) if known != name => text.push_str(known),
                            _ => self.defined(&types[*id], 0, &mut text),
                        }
                    }
                    _ => {}
                }
                self.names.insert(*referenced, name.to_owned());
                self.names.insert(*created, name.to_owned());
            }
            ComponentEntityType::Instance(_) => _ = write!(text, "interface {name}"),
            ComponentEntityType::Component(_) => _ = write!(text, "component {name}"),
            ComponentEntityType::Module(_) => _ = write!(text, "core module {name}"),
            ComponentEntityType::Value(ty) => {
                let _ = write!(text, "value {name}: ");
                self.value(*ty, 0, &mut text);
            }
        }
        match text.chars().count() > MAX_CHARS {
            true => printable(&text, MAX_CHARS) + "…",
            false => printable(&text, MAX_CHARS),
        }
    }

    fn function(&mut self, id: ComponentFuncTypeId, text: &mut String) {
        let types = self.types;
        let function = &types[id];
        text.push_str(if function.async_ { "async func(" } else { "func(" });
        self.list(function.params.iter(), text, |this, (name, ty), text| {
            let _ = write!(text, "{name}: ");
            this.value(*ty, 1, text);
        });
        text.push(')');
        if let Some(result) = function.result {
            text.push_str(" -> ");
            self.value(result, 1, text);
        }
    }

    fn value(&mut self, ty: ComponentValType, level: usize, text: &mut String) {
        let types = self.types;
        match ty {
            ComponentValType::Primitive(primitive) => _ = write!(text, "{primitive}"),
            ComponentValType::Type(id) => match self.names.get(&ComponentAnyTypeId::Defined(id)) {
                Some(name) => text.push_str(name),
                None => self.defined(&types[id], level, text),
            },
        }
    }

    fn defined(&mut self, ty: &ComponentDefinedType, level: usize, text: &mut String) {
        self.parts += 1;
        if level > MAX_LEVELS || self.is_full() || text.len() > 4 * MAX_CHARS {
            text.push('…');
            return;
        }
        let level = level + 1;
        match ty {
            ComponentDefinedType::Primitive(primitive) => _ = write!(text, "{primitive}"),
            ComponentDefinedType::Record(record) => {
                text.push_str("record { ");
                self.list(record.fields.iter(), text, |this, (name, ty), text| {
                    let _ = write!(text, "{name}: ");
                    this.value(*ty, level, text);
                });
                text.push_str(" }");
            }
            ComponentDefinedType::Variant(variant) => {
                text.push_str("variant { ");
                self.list(variant.cases.iter(), text, |this, (name, case), text| {
                    text.push_str(name);
                    if let Some(ty) = case.ty {
                        this.within("(", [Some(ty)], ")", level, text);
                    }
                });
                text.push_str(" }");
            }
            ComponentDefinedType::Enum(cases) => self.words("enum", cases.iter(), text),
            ComponentDefinedType::Flags(flags) => self.words("flags", flags.iter(), text),
            ComponentDefinedType::List { element, .. } => {
                self.within("list<", [Some(*element)], ">", level, text);
            }
            ComponentDefinedType::FixedLengthList { element, length, .. } => {
                self.within("list<", [Some(*element)], &format!(", {length}>"), level, text);
            }
            ComponentDefinedType::Map { key, value, .. } => {
                self.within("map<", [Some(*key), Some(*value)], ">", level, text);
            }
            ComponentDefinedType::Tuple(tuple) => {
                self.within("tuple<", tuple.types.iter().copied().map(Some), ">", level, text);
            }
            ComponentDefinedType::Option { ty, .. } => {
                self.within("option<", [Some(*ty)], ">", level, text);
            }
            ComponentDefinedType::Result { ok: None, err: None, .. } => text.push_str("result"),
            ComponentDefinedType::Result { ok, err: None, .. } => {
                self.within("result<", [*ok], ">", level, text);
            }
            ComponentDefinedType::Result { ok, err, .. } => {
                self.within("result<", [*ok, *err], ">", level, text);
            }
            ComponentDefinedType::Own(id) => {
                text.push_str(self.resource(ComponentAnyTypeId::Resource(*id)));
            }
            ComponentDefinedType::Borrow(id) => {
                let name = self.resource(ComponentAnyTypeId::Resource(*id));
                let _ = write!(text, "borrow<{name}>");
            }
            ComponentDefinedType::Future { ty, .. } => {
                self.within("future<", [*ty], ">", level, text);
            }
            ComponentDefinedType::Stream { ty, .. } => {
                self.within("stream<", [*ty], ">", level, text);
            }
        }
    }

    fn resource(&self, id: ComponentAnyTypeId) -> &str {
        self.names.get(&id).map_or("resource", String::as_str)
    }

    /// Writes types between two texts, with `_` for an absent one.
    fn within(
        &mut self,
        before: &str,
        types: impl IntoIterator<Item = Option<ComponentValType>>,
        after: &str,
        level: usize,
        text: &mut String,
    ) {
        text.push_str(before);
        self.list(types.into_iter(), text, |this, ty, text| match ty {
            Some(ty) => this.value(ty, level, text),
            None => text.push('_'),
        });
        text.push_str(after);
    }

    fn words(
        &mut self,
        kind: &str,
        words: impl Iterator<Item = impl fmt::Display>,
        text: &mut String,
    ) {
        let _ = write!(text, "{kind} {{ ");
        self.list(words, text, |_, word, text| _ = write!(text, "{word}"));
        text.push_str(" }");
    }

    fn list<T>(
        &mut self,
        items: impl Iterator<Item = T>,
        text: &mut String,
        mut write: impl FnMut(&mut Self, T, &mut String),
    ) {
        for (index, item) in items.enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            // The rest of the line would be truncated anyway.
            if text.len() > 4 * MAX_CHARS {
                text.push('…');
                return;
            }
            write(self, item, text);
        }
    }
}
