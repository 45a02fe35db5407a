//! Links the core instances of a graph to one module.

use super::broken::Broken;
use super::graph::{CoreFunction, CoreInstance, Export, Graph};
use super::linked::Linked;
use super::merged::{Exports, Item, Merged};
use super::names::{LOG, POLICY};
use anyhow::{Context, bail};
use wasmparser::FuncType;

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
