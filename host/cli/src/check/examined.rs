//! Components, each looked at once, whoever uses it.

use super::cases;
use super::finding::located::located;
use crate::cases::Suite;
use crate::check::finding::{Document, Place, Rule};
use crate::policy_set::loaded_manifest;
use crate::process::parallel;
use crate::process::watchdog::Watchdog;
use admit_build::policy_toml;
use admit_build::project;
use admit_build::source::Source;
use admit_component::ComponentInfo;
use admit_core::{KeyPath, Metadata};
use admit_engine::{Engine, InvalidComponent, refusal_of};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A component that was looked at.
#[derive(Default)]
pub(super) struct Component {
    /// What is wrong with it, for each policy that it is the component of.
    pub(super) flaws: Vec<Flaw>,
    /// What is wrong in the project that it was built from, whoever uses it.
    pub(super) project_flaws: Vec<Flaw>,
    pub(super) metadata: Option<Metadata>,
    /// None where a flaw says why.
    pub(super) compiled: Option<admit_engine::Component>,
    /// The codes that the cases of the project were denied with and that it does not name.
    pub(super) undeclared: BTreeSet<String>,
    /// Whether it answered in a case of its project.
    pub(super) has_answered: bool,
}

/// What is wrong with a component.
pub(super) struct Flaw {
    pub(super) rule: Rule,
    pub(super) message: String,
    /// None where the component is named.
    pub(super) place: Option<Place>,
}

/// Components that were looked at, each once.
pub(super) struct CheckedComponents {
    examined: HashMap<String, Component>,
}

/// The most imports that are listed of one component.
const MAX_IMPORTS: usize = 20;

impl CheckedComponents {
    /// Builds and reads components, by the names that they are called by, compiles them on all
    /// cores, and tries the cases of their projects.
    pub(super) fn of<'a>(
        engine: &Engine,
        components: impl IntoIterator<Item = (&'a str, PathBuf)>,
    ) -> CheckedComponents {
        let (mut examined, mut built) = (HashMap::new(), Vec::new());
        for (name, path) in components {
            if examined.contains_key(name) {
                continue;
            }
            let mut component = Component::default();
            if let Some((file, bytes)) = component.build(&path) {
                built.push((name, path, file, bytes));
            }
            examined.insert(name.to_owned(), component);
        }
        let looks = parallel::map(&built, |(name, .., bytes)| Look::at(name, bytes, engine));
        for ((name, path, file, _), look) in built.iter().zip(looks) {
            let Some(component) = examined.get_mut(*name) else { continue };
            component.examine(name, look);
            if path.is_dir() {
                component.try_cases(path, file);
            }
        }
        CheckedComponents { examined }
    }

    /// A component by its name.
    pub(super) fn examined(&self, name: &str) -> Option<&Component> {
        self.examined.get(name)
    }
}

/// What takes a while to find out of a component.
struct Look {
    info: ComponentInfo,
    /// The imports that are not granted.
    refused: Vec<InvalidComponent>,
    /// None where there are such imports: the compiler stops at the first.
    compiled: Option<Result<admit_engine::Component, InvalidComponent>>,
}

impl Look {
    fn at(name: &str, bytes: &[u8], engine: &Engine) -> anyhow::Result<Look> {
        let _watchdog = Watchdog::with(format!("examining `{name}`"));
        let info = ComponentInfo::parse(bytes)?;
        let refused: Vec<InvalidComponent> =
            info.imports.iter().filter_map(|import| refusal_of(import)).collect();
        let compiled = refused.is_empty().then(|| engine.compile(bytes));
        Ok(Look { info, refused, compiled })
    }
}

impl Component {
    /// Builds a component where that is named by its project, and reads it, with the file that it
    /// is in; nothing where a flaw says why not.
    fn build(&mut self, path: &Path) -> Option<(PathBuf, Vec<u8>)> {
        // Before it is built, which would stop at the same error and say less.
        if path.is_dir()
            && let Err(error) = policy_toml::read(path)
        {
            match located(error) {
                Ok((message, place)) => self.project_flaw(Rule::Metadata, message, Some(place)),
                Err(error) => self.flaw(Rule::Metadata, format!("{error:#}")),
            }
            return None;
        }
        let built = match path.is_dir() {
            true => project::build(path),
            false => Ok(path.to_owned()),
        };
        match built.and_then(|file| Ok((loaded_manifest::component(&file)?, file))) {
            Ok((bytes, file)) => Some((file, bytes)),
            Err(error) => {
                self.flaw(Rule::Component, format!("{error:#}"));
                None
            }
        }
    }

    fn examine(&mut self, name: &str, look: anyhow::Result<Look>) {
        let Look { info, refused, compiled } = match look {
            Ok(look) => look,
            Err(error) => return self.flaw(Rule::Component, format!("`{name}`: {error:#}")),
        };
        for refused in refused.iter().take(MAX_IMPORTS) {
            self.flaw(Rule::ImportNotGranted, format!("`{name}`: {refused}"));
        }
        if let Some(more) = refused.len().checked_sub(MAX_IMPORTS).filter(|more| *more > 0) {
            self.flaw(Rule::ImportNotGranted, format!("`{name}`: imports {more} more"));
        }
        match compiled {
            Some(Ok(compiled)) => self.compiled = Some(compiled),
            Some(Err(refused)) => self.flaw(rule(&refused), format!("`{name}`: {refused}")),
            None if info.contract().is_none() => {
                let message = format!("`{name}`: does not export `admit:policy/sign-up-policy`");
                self.flaw(Rule::Contract, message);
            }
            None => {}
        }
        match info.metadata {
            Some(Ok(metadata)) => self.metadata = Some(metadata),
            Some(Err(reason)) => self.flaw(
                Rule::Metadata,
                format!("`{name}`: what it says of itself cannot be read: {reason}"),
            ),
            // What is no policy need not say what it asks for.
            None if self.compiled.is_none() => {}
            None => self.flaw(
                Rule::NoMetadata,
                "it does not say what it asks for: without a `policy.toml`, nobody can tell whether \
                 it is granted that"
                    .to_owned(),
            ),
        }
    }

    /// Tries the cases of a project on the component that was built from it.
    fn try_cases(&mut self, folder: &Path, component: &Path) {
        let cases = Suite::at(folder, None);
        if let Some(message) = cases::missing(&cases) {
            return self.project_flaw(Rule::NoCases, message, None);
        }
        if self.compiled.is_none() {
            return;
        }
        // It need not be built once more.
        let tried = cases::try_out(&Suite::at(component, Some(cases.file())));
        for cases::Flaw { message, place, .. } in tried.flaws {
            self.project_flaw(Rule::Case, message, Some(place));
        }
        let document = Source::read(&folder.join(policy_toml::FILE)).ok().map(Document::from);
        let denials = KeyPath::default().key("denials");
        let place = document.map(|document| Place::key_or_file(&Rc::new(document), &denials));
        for (_, code) in tried.undeclared {
            let message = cases::undeclared(&code);
            self.project_flaw(Rule::DenialUndeclared, message, place.clone());
            self.undeclared.insert(code);
        }
        self.has_answered = tried.has_answered;
    }

    fn flaw(&mut self, rule: Rule, message: String) {
        self.flaws.push(Flaw { rule, message, place: None });
    }

    fn project_flaw(&mut self, rule: Rule, message: String, place: Option<Place>) {
        self.project_flaws.push(Flaw { rule, message, place });
    }
}

fn rule(refused: &InvalidComponent) -> Rule {
    match refused {
        InvalidComponent::Import { .. } => Rule::ImportNotGranted,
        InvalidComponent::Export { .. } | InvalidComponent::Contract { .. } => Rule::Contract,
        _ => Rule::Component,
    }
}
