//! Components, each looked at once, whoever uses it.

use crate::anatomy::Anatomy;
use crate::assembly;
use crate::finding::{Place, Rule};
use crate::metadata;
use crate::patience::Patience;
use admit_core::Metadata;
use admit_engine::{Engine, Refused, refusal_of};
use std::collections::HashMap;
use std::path::Path;

/// A component that was looked at.
#[derive(Default)]
pub(super) struct Component {
    pub(super) flaws: Vec<Flaw>,
    pub(super) metadata: Option<Metadata>,
    /// None where a flaw says why.
    pub(super) compiled: Option<admit_engine::Component>,
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
}

impl Component {
    fn examine(&mut self, name: &str, path: &Path, engine: &Engine) {
        // Before it is built, which would stop at the same error and say less.
        if path.is_dir()
            && let Err(error) = metadata::read(path)
        {
            match super::located(error) {
                Ok((message, place)) => self.flaw_at(Rule::Metadata, message, Some(place)),
                Err(error) => self.flaw(Rule::Metadata, format!("{error:#}")),
            }
            return;
        }
        let bytes = match assembly::component(path) {
            Ok(bytes) => bytes,
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
    }

    fn flaw(&mut self, rule: Rule, message: String) {
        self.flaw_at(rule, message, None);
    }

    fn flaw_at(&mut self, rule: Rule, message: String, place: Option<Place>) {
        self.flaws.push(Flaw { rule, message, place });
    }
}

fn rule(refused: &Refused) -> Rule {
    match refused {
        Refused::Import { .. } => Rule::ImportNotGranted,
        Refused::Export { .. } | Refused::Contract { .. } => Rule::Contract,
        _ => Rule::Component,
    }
}
