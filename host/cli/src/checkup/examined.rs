//! Components, each looked at once, whoever uses it.

use super::cases;
use crate::anatomy::Anatomy;
use crate::assembly;
use crate::cases::Suite;
use crate::finding::{Document, Place, Rule};
use crate::metadata;
use crate::patience::Patience;
use crate::project;
use crate::source::Source;
use admit_core::{KeyPath, Metadata};
use admit_engine::{Engine, Refused, refusal_of};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
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

/// Looks at components, at each once.
pub(super) struct Workshop<'a> {
    engine: &'a Engine,
    examined: HashMap<String, Component>,
}

/// The most imports that are listed of one component.
const MOST_IMPORTS: usize = 20;

impl<'a> Workshop<'a> {
    pub(super) fn new(engine: &'a Engine) -> Workshop<'a> {
        Workshop { engine, examined: HashMap::new() }
    }

    /// Builds, reads and compiles a component, by the name that it is called by.
    pub(super) fn examine(&mut self, name: &str, path: &Path) -> &Component {
        if !self.examined.contains_key(name) {
            let mut component = Component::default();
            component.examine(name, path, self.engine);
            self.examined.insert(name.to_owned(), component);
        }
        &self.examined[name]
    }

    /// A component that was looked at before.
    pub(super) fn examined(&self, name: &str) -> Option<&Component> {
        self.examined.get(name)
    }
}

impl Component {
    fn examine(&mut self, name: &str, path: &Path, engine: &Engine) {
        // Before it is built, which would stop at the same error and say less.
        if path.is_dir()
            && let Err(error) = metadata::read(path)
        {
            match super::located(error) {
                Ok((message, place)) => self.project_flaw(Rule::Metadata, message, Some(place)),
                Err(error) => self.flaw(Rule::Metadata, format!("{error:#}")),
            }
            return;
        }
        let built = match path.is_dir() {
            true => project::build(path),
            false => Ok(path.to_owned()),
        };
        let read = built.and_then(|file| Ok((assembly::component(&file)?, file)));
        let (bytes, file) = match read {
            Ok(read) => read,
            Err(error) => return self.flaw(Rule::Component, format!("{error:#}")),
        };
        let _patience = Patience::with(format!("examining `{name}`"));
        let anatomy = match Anatomy::of(&bytes) {
            Ok(anatomy) => anatomy,
            Err(error) => return self.flaw(Rule::Component, format!("`{name}`: {error:#}")),
        };
        let refused: Vec<Refused> =
            anatomy.imports.iter().filter_map(|import| refusal_of(import)).collect();
        for refused in refused.iter().take(MOST_IMPORTS) {
            self.flaw(Rule::ImportNotGranted, format!("`{name}`: {refused}"));
        }
        if let Some(more) = refused.len().checked_sub(MOST_IMPORTS).filter(|more| *more > 0) {
            self.flaw(Rule::ImportNotGranted, format!("`{name}`: imports {more} more"));
        }
        // The compiler stops at the first import that is not granted.
        if refused.is_empty() {
            match engine.compile(&bytes) {
                Ok(compiled) => self.compiled = Some(compiled),
                Err(refused) => self.flaw(rule(&refused), format!("`{name}`: {refused}")),
            }
        } else if anatomy.contract().is_none() {
            let message = format!("`{name}`: does not export `admit:policy/sign-up-policy`");
            self.flaw(Rule::Contract, message);
        }
        match anatomy.metadata {
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
        if path.is_dir() {
            self.try_cases(path, &file);
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
        let document = Source::read(&folder.join(metadata::FILE)).ok().map(Document::from);
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

fn rule(refused: &Refused) -> Rule {
    match refused {
        Refused::Import { .. } => Rule::ImportNotGranted,
        Refused::Export { .. } | Refused::Contract { .. } => Rule::Contract,
        _ => Rule::Component,
    }
}
