//! The graph of the core instances of a component.

use anyhow::bail;
use std::ops::Range;
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, ComponentTypeRef,
    ExternalKind, Instance, Parser, Payload,
};

/// The core instances of the nested component that is the policy.
#[derive(Default)]
pub(super) struct Graph<'a> {
    /// The byte ranges of the core modules.
    pub(super) modules: Vec<Range<usize>>,
    pub(super) instances: Vec<CoreInstance<'a>>,
    pub(super) functions: Vec<CoreFunction<'a>>,
    pub(super) tables: Vec<Export<'a>>,
    pub(super) memories: Vec<Export<'a>>,
    pub(super) globals: Vec<Export<'a>>,
    /// The core functions that are lifted.
    pub(super) lifts: Vec<Lift>,
    /// For each function of the component, the interface and the name that it is imported from.
    imported: Vec<Option<(&'a str, &'a str)>>,
    /// For each component instance, the name under which it is imported.
    interfaces: Vec<Option<&'a str>>,
}

/// A core instance.
pub(super) enum CoreInstance<'a> {
    /// A module, and the instances that its imports are resolved in.
    Instantiated { module: u32, arguments: Vec<(&'a str, u32)> },
    /// A synthetic instance: items of other instances under new names.
    Bag(Vec<wasmparser::Export<'a>>),
}

/// An export of a core instance.
#[derive(Clone, Copy)]
pub(super) struct Export<'a> {
    pub(super) instance: u32,
    pub(super) name: &'a str,
}

/// A core function in the component's index space.
#[derive(Clone, Copy)]
pub(super) enum CoreFunction<'a> {
    Exported(Export<'a>),
    /// A function of an imported interface.
    Imported {
        interface: &'a str,
        name: &'a str,
    },
    /// Drops a resource handle.
    Drop,
    /// A function of another component, or a built-in of the component model.
    Other,
}

/// A core function that the component lifts.
#[derive(Clone, Copy, Default)]
pub(super) struct Lift {
    pub(super) function: u32,
    pub(super) realloc: Option<u32>,
    pub(super) post_return: Option<u32>,
    /// Whether it has no further options: its strings are UTF-8 and it is not async.
    pub(super) is_plain: bool,
}

impl<'a> Graph<'a> {
    /// Parses the graph of the component that lifts the functions of the contract.
    pub(super) fn of_policy(component: &'a [u8]) -> anyhow::Result<Graph<'a>> {
        let mut found = Vec::new();
        // The stack of enclosing components, with `None` for a core module.
        let mut around: Vec<Option<Graph<'a>>> = Vec::new();
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                Payload::Version { encoding: wasmparser::Encoding::Component, .. } => {
                    around.push(Some(Graph::default()));
                }
                Payload::Version { .. } => around.push(None),
                Payload::End(_) => {
                    if let Some(Some(graph)) = around.pop()
                        && graph.is_policy()
                    {
                        found.push(graph);
                    }
                }
                payload => {
                    if let Some(Some(graph)) = around.last_mut() {
                        graph.add(payload)?;
                    }
                }
            }
        }
        match <[Graph; 1]>::try_from(found) {
            Ok([graph]) => Ok(graph),
            Err(found) => {
                bail!("expected one component that exports a policy, found {}", found.len())
            }
        }
    }

    /// Returns the name under which a core module exports a function.
    pub(super) fn name(&self, function: u32) -> Option<&'a str> {
        match self.functions.get(function as usize) {
            Some(CoreFunction::Exported(export)) => Some(export.name),
            _ => None,
        }
    }

    fn is_policy(&self) -> bool {
        let mut names = self.lifts.iter().filter_map(|lift| self.name(lift.function));
        names.any(|name| name.starts_with(super::names::POLICY))
    }

    fn add(&mut self, payload: Payload<'a>) -> anyhow::Result<()> {
        match payload {
            Payload::ModuleSection { unchecked_range, .. } => self.modules.push(unchecked_range),
            Payload::InstanceSection(instances) => {
                for instance in instances {
                    self.instances.push(match instance? {
                        Instance::Instantiate { module_index, args } => {
                            CoreInstance::Instantiated {
                                module: module_index,
                                arguments: args.iter().map(|arg| (arg.name, arg.index)).collect(),
                            }
                        }
                        Instance::FromExports(exports) => CoreInstance::Bag(exports.into_vec()),
                    });
                }
            }
            Payload::ComponentImportSection(imports) => {
                for import in imports {
                    let import = import?;
                    match import.ty {
                        ComponentTypeRef::Func(_) => self.imported.push(None),
                        ComponentTypeRef::Instance(_) => {
                            self.interfaces.push(Some(import.name.name));
                        }
                        _ => {}
                    }
                }
            }
            Payload::ComponentInstanceSection(instances) => {
                self.interfaces.extend((0..instances.count()).map(|_| None));
            }
            Payload::ComponentAliasSection(aliases) => {
                for alias in aliases {
                    self.alias(alias?);
                }
            }
            Payload::ComponentExportSection(exports) => {
                for export in exports {
                    match export?.kind {
                        ComponentExternalKind::Func => self.imported.push(None),
                        ComponentExternalKind::Instance => self.interfaces.push(None),
                        _ => {}
                    }
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                for function in functions {
                    self.canonical(function?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn alias(&mut self, alias: ComponentAlias<'a>) {
        match alias {
            ComponentAlias::InstanceExport { kind, instance_index, name } => match kind {
                ComponentExternalKind::Func => {
                    let interface = self.interfaces.get(instance_index as usize);
                    self.imported.push(interface.copied().flatten().map(|from| (from, name)));
                }
                ComponentExternalKind::Instance => self.interfaces.push(None),
                _ => {}
            },
            ComponentAlias::CoreInstanceExport { kind, instance_index, name } => {
                let export = Export { instance: instance_index, name };
                match kind {
                    ExternalKind::Func | ExternalKind::FuncExact => {
                        self.functions.push(CoreFunction::Exported(export));
                    }
                    ExternalKind::Table => self.tables.push(export),
                    ExternalKind::Memory => self.memories.push(export),
                    ExternalKind::Global => self.globals.push(export),
                    ExternalKind::Tag => {}
                }
            }
            ComponentAlias::Outer { .. } => {}
        }
    }

    fn canonical(&mut self, function: CanonicalFunction) {
        let function = match function {
            CanonicalFunction::Lift { core_func_index, options, .. } => {
                self.lifts.push(Lift::new(core_func_index, &options));
                self.imported.push(None);
                return;
            }
            CanonicalFunction::Lower { func_index, .. } => {
                match self.imported.get(func_index as usize).copied().flatten() {
                    Some((interface, name)) => CoreFunction::Imported { interface, name },
                    None => CoreFunction::Other,
                }
            }
            CanonicalFunction::ResourceDrop { .. } => CoreFunction::Drop,
            _ => CoreFunction::Other,
        };
        self.functions.push(function);
    }
}

impl Lift {
    fn new(function: u32, options: &[CanonicalOption]) -> Lift {
        let mut lift = Lift { function, is_plain: true, ..Lift::default() };
        for option in options {
            match *option {
                // There is only one memory.
                CanonicalOption::UTF8 | CanonicalOption::Memory(_) => {}
                CanonicalOption::Realloc(realloc) => lift.realloc = Some(realloc),
                CanonicalOption::PostReturn(function) => lift.post_return = Some(function),
                _ => lift.is_plain = false,
            }
        }
        lift
    }
}
