//! Checks components, each once, even if several policies use it.

use super::cases;
use super::finding::located::located;
use crate::cases::Suite;
use crate::check::finding::{Document, Place, Rule};
use crate::policy_set::loaded_manifest;
use crate::process::parallel;
use admit_build::policy_toml;
use admit_build::project;
use admit_build::source::Source;
use admit_component::ComponentInfo;
use admit_core::{KeyPath, Metadata};
use admit_engine::{Engine, InvalidComponent, refusal_of};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A component and its flaws.
#[derive(Default)]
pub(super) struct Component {
    /// The flaws of the component, which are reported for each policy that uses it.
    pub(super) flaws: Vec<Flaw>,
    /// The flaws of the project that it was built from, which are reported once.
    pub(super) project_flaws: Vec<Flaw>,
    pub(super) metadata: Option<Metadata>,
    /// The compiled component, or `None` if a flaw prevents that.
    pub(super) compiled: Option<admit_engine::Component>,
    /// The codes that it denied with in the project's cases and does not declare.
    pub(super) undeclared: BTreeSet<String>,
    /// Whether it gave a verdict in a case of its project.
    pub(super) has_answered: bool,
}

/// A problem of a component.
pub(super) struct Flaw {
    pub(super) rule: Rule,
    pub(super) message: String,
    /// The place of the problem, or `None` for the place of the component's name.
    pub(super) place: Option<Place>,
}

/// Checked components, by name.
pub(super) struct CheckedComponents {
    by_name: HashMap<String, Component>,
}

/// The maximum number of imports that are listed per component.
const MAX_IMPORTS: usize = 20;

impl CheckedComponents {
    /// Builds and reads components, by the names in the manifest, compiles them on all cores, and
    /// runs the cases of their projects.
    pub(super) fn check<'a>(
        engine: &Engine,
        components: impl IntoIterator<Item = (&'a str, PathBuf)>,
    ) -> CheckedComponents {
        let (mut by_name, mut built) = (HashMap::new(), Vec::new());
        for (name, path) in components {
            if by_name.contains_key(name) {
                continue;
            }
            let mut component = Component::default();
            if let Some((file, bytes)) = component.build(&path) {
                built.push((name, path, file, bytes));
            }
            by_name.insert(name.to_owned(), component);
        }
        let analyses = parallel::map(&built, |(.., bytes)| Analysis::new(bytes, engine));
        for ((name, path, file, _), analysis) in built.iter().zip(analyses) {
            let Some(component) = by_name.get_mut(*name) else { continue };
            component.add(name, analysis);
            if path.is_dir() {
                component.run_cases(path, file);
            }
        }
        CheckedComponents { by_name }
    }

    /// Returns a component by its name.
    pub(super) fn get(&self, name: &str) -> Option<&Component> {
        self.by_name.get(name)
    }
}

/// The results of the slow checks of a component.
struct Analysis {
    info: ComponentInfo,
    /// The imports that are not granted.
    refused: Vec<InvalidComponent>,
    /// `None` if there are such imports, because the compiler stops at the first.
    compiled: Option<Result<admit_engine::Component, InvalidComponent>>,
}

impl Analysis {
    fn new(bytes: &[u8], engine: &Engine) -> anyhow::Result<Analysis> {
        let info = ComponentInfo::parse(bytes)?;
        let refused: Vec<InvalidComponent> =
            info.imports.iter().filter_map(|import| refusal_of(import)).collect();
        let compiled = refused.is_empty().then(|| engine.compile(bytes));
        Ok(Analysis { info, refused, compiled })
    }
}

impl Component {
    /// Reads a component, after building it if the path is that of its project, and returns its file
    /// and bytes. On failure, adds a flaw.
    fn build(&mut self, path: &Path) -> Option<(PathBuf, Vec<u8>)> {
        // An error in `policy.toml` has a place, which the error of the build lacks.
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

    fn add(&mut self, name: &str, analysis: anyhow::Result<Analysis>) {
        let Analysis { info, refused, compiled } = match analysis {
            Ok(analysis) => analysis,
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
            Some(Err(reason)) => {
                self.flaw(Rule::Metadata, format!("`{name}`: cannot read its metadata: {reason}"))
            }
            // A component that is not a policy needs no metadata.
            None if self.compiled.is_none() => {}
            None => self.flaw(
                Rule::NoMetadata,
                "no metadata: without a `policy.toml`, its grants cannot be compared with its \
                 requests"
                    .to_owned(),
            ),
        }
    }

    /// Runs the cases of a project on the component that was built from it.
    fn run_cases(&mut self, folder: &Path, component: &Path) {
        let cases = Suite::at(folder, None);
        if let Some(message) = cases::missing(&cases) {
            return self.project_flaw(Rule::NoCases, message, None);
        }
        if self.compiled.is_none() {
            return;
        }
        // The component itself is the subject, so that the project is not built again.
        let checked = cases::run(&Suite::at(component, Some(cases.file())));
        for cases::Flaw { message, place, .. } in checked.flaws {
            self.project_flaw(Rule::Case, message, Some(place));
        }
        let document = Source::read(&folder.join(policy_toml::FILE)).ok().map(Document::from);
        let denials = KeyPath::default().key("denials");
        let place = document.map(|document| Place::key_or_file(&Rc::new(document), &denials));
        for (_, code) in checked.undeclared {
            let message = cases::undeclared(&code);
            self.project_flaw(Rule::DenialUndeclared, message, place.clone());
            self.undeclared.insert(code);
        }
        self.has_answered = checked.has_answered;
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
