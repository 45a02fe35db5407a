//! Links the core instances of a graph into one module.

use super::broken::Broken;
use super::graph::{CoreFunction, CoreInstance, Export, Graph};
use super::linked::Linked;
use super::merged::{Exports, Item, Merged};
use super::names::{LOG, POLICY};
use anyhow::{Context, bail};
use wasmparser::FuncType;

impl Merged {
    /// Links the instances of the graph of a component.
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

    /// Resolves an index of the component to an item of the merged module.
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
                    CoreFunction::Imported { interface, name } => return stub_for(interface, name),
                    // A stub suffices: no such handle can exist.
                    CoreFunction::Drop => return Ok(Item::Stub),
                    CoreFunction::Other => bail!("a core module calls another component"),
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

    /// Imports the log function as the first function, if the policy can call it.
    fn import_log(&mut self, graph: &Graph<'_>) {
        for function in &graph.functions {
            if let CoreFunction::Imported { interface, name } = function
                && is_log(interface, name)
            {
                // The level, and the address and length of the message.
                let i32 = wasmparser::ValType::I32;
                let ty = self.ty(FuncType::new([i32, i32, i32], []));
                self.log = Some(((*interface).to_owned(), ty));
            }
        }
    }

    /// Returns the exports that the component encoder looks for in a core module.
    fn exports(
        &self,
        graph: &Graph<'_>,
        instances: &[Exports<'_>],
    ) -> anyhow::Result<Vec<(String, Item)>> {
        use wasmparser::ExternalKind::Func;
        if self.memories.len() != 1 {
            bail!("expected one memory, found {}", self.memories.len());
        }
        let mut exports = vec![("memory".to_owned(), Item::Memory(0))];
        let mut realloc = None;
        for lift in &graph.lifts {
            let Some(name) = graph.name(lift.function).filter(|name| name.starts_with(POLICY))
            else {
                continue;
            };
            if !lift.is_plain {
                bail!("`{name}` is lifted with unsupported options");
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
                    bail!("its functions use different `realloc` functions");
                }
            }
        }
        exports.extend(realloc.map(|function| ("cabi_realloc".to_owned(), function)));
        Ok(exports)
    }
}

/// Returns the stub for a function of the system or of the tool that loaded the source. Any other
/// import is an error, since a policy cannot have it.
fn stub_for(interface: &str, name: &str) -> anyhow::Result<Item> {
    if interface.starts_with("wasi:") || interface.starts_with("local:init/") {
        return Ok(Item::Stub);
    }
    bail!("imports `{name}` from `{interface}`; a policy may only import `{LOG}…`");
}

fn is_log(interface: &str, name: &str) -> bool {
    interface.starts_with(LOG) && name == "write"
}
