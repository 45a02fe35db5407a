//! Everything that `admit check` looks at, collected rather than stopped at.

mod cases;
mod examined;
pub(crate) mod finding;
mod longest;
mod manifest;
pub(crate) mod schema_job;
mod settings;
mod uncovered;

use self::finding::located::located;
use crate::cases::Suite;
use crate::check::finding::{Document, Finding, Findings, Place, Rule};
use crate::check::schema_job::Step;
use crate::policy_set::compiled_cache;
use crate::policy_set::json_place::Part;
use crate::policy_set::loaded_manifest::{self, LoadedManifest};
use crate::policy_set::origin::Origin;
use crate::policy_set::remedy::remedy;
use admit_build::policy_toml;
use admit_build::source::Source;
use admit_core::{
    Failure, KeyPath, Metadata, Mode, OnFailure, Permission, Policy, Settings, read_toml,
};
use admit_engine::Engine;
use examined::{CheckedComponents, Component, Flaw};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::path::Path;
use std::rc::Rc;

/// Whether a policy has the settings that it is to run with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    /// Somebody wrote them, or left them out.
    Settings,
    /// Nobody was asked.
    Nothing,
}

/// One policy, and where what is said of it is to point.
struct Subject<'a> {
    policy: &'a Policy,
    site: Site,
    /// What its component says of itself.
    metadata: Option<Metadata>,
}

/// Where a policy stands.
#[derive(Clone)]
enum Site {
    /// In a manifest, counted from 0.
    Manifest { document: Rc<Document>, index: usize },
    /// In a `policy.toml`.
    Project(Rc<Document>),
    /// Nowhere but in its component.
    Component(String),
}

/// Checks a manifest and everything that it names. An error means that it cannot be read.
pub(crate) fn of_manifest(file: &Path) -> anyhow::Result<Findings> {
    let mut findings = Findings::new(file.display().to_string());
    let (origin, manifest) = match LoadedManifest::read_manifest(file) {
        Ok(read) => read,
        Err(error) => {
            let (error, place) = located(error)?;
            findings.add(Rule::Manifest, place, error);
            return Ok(findings);
        }
    };
    let Origin::Manifest(source) = origin else { return Ok(findings) };
    // It was read before, so that it can be read.
    let written: Value = read_toml(&source.file, &source.text)?;
    let document = Rc::new(Document::from(source));
    findings.policies = manifest.policies.len();
    let folder = file.parent().unwrap_or(Path::new(""));
    let engine = compiled_cache::engine()?;
    let components = manifest.policies.iter().map(|policy| policy.component.as_str());
    let workshop = CheckedComponents::of(&engine, components.map(|name| (name, folder.join(name))));
    let mut seen = HashSet::new();
    for (index, policy) in manifest.policies.iter().enumerate() {
        let site = Site::Manifest { document: document.clone(), index };
        let written = Written::of(&written, index);
        let Some(component) = workshop.examined(&policy.component) else { continue };
        let subject = Subject::new(policy, site, component);
        subject.add_all(&component.flaws, &mut findings);
        if seen.insert(policy.component.as_str()) {
            subject.add_all(&component.project_flaws, &mut findings);
        }
        subject.check_grants(&written, &mut findings);
        subject.check_terms(&mut findings);
        subject.check_settings(component, &engine, Given::Settings, &mut findings);
    }
    manifest::check(&document, &manifest, &mut findings);
    // Beside a project, they are those of the project.
    if !folder.join(policy_toml::FILE).exists() {
        let cases = Suite::at(file, None);
        manifest::check_cases(&cases, &document, &manifest, &workshop, &mut findings);
    }
    Ok(findings)
}

/// Checks a component, or the policy project in a folder, which is granted what it asks for.
pub(crate) fn of_component(
    path: &Path,
    settings: Option<Map<String, Value>>,
) -> anyhow::Result<Findings> {
    let name = path.display().to_string();
    let mut findings = Findings { policies: 1, ..Findings::new(name.clone()) };
    let given = if settings.is_some() { Given::Settings } else { Given::Nothing };
    let settings = Settings::from(settings.unwrap_or_default());
    let engine = compiled_cache::engine()?;
    let workshop = CheckedComponents::of(&engine, [(name.as_str(), path.to_owned())]);
    let Some(component) = workshop.examined(&name) else { return Ok(findings) };
    let policy = loaded_manifest::alone(path, settings)?;
    let toml = path.join(policy_toml::FILE);
    let site = match path.is_dir() {
        true if toml.is_file() => Site::Project(Rc::new(Source::read(&toml)?.into())),
        true => Site::Component(path.join("Cargo.toml").display().to_string()),
        false => Site::Component(name.clone()),
    };
    let subject = Subject::new(&policy, site, component);
    subject.add_all(&component.flaws, &mut findings);
    subject.add_all(&component.project_flaws, &mut findings);
    subject.check_settings(component, &engine, given, &mut findings);
    Ok(findings)
}

impl Findings {
    fn add(&mut self, rule: Rule, place: Place, message: impl Into<String>) {
        self.list.push(Finding { rule, place, policy: None, message: message.into() });
    }
}

impl<'a> Subject<'a> {
    fn new(policy: &'a Policy, site: Site, component: &Component) -> Subject<'a> {
        Subject { policy, site, metadata: component.metadata.clone() }
    }

    /// The value of a key of the policy.
    fn place(&self, key: &[&str]) -> Place {
        let within = |path: KeyPath| key.iter().fold(path, |path, key| path.key(key));
        match &self.site {
            Site::Manifest { document, index } => {
                Place::key(document, &within(KeyPath::policy(*index)))
            }
            Site::Project(document) if !key.is_empty() => {
                Place::key(document, &within(KeyPath::default()))
            }
            Site::Project(document) => Place::File(document.file.clone()),
            Site::Component(file) => Place::File(file.clone()),
        }
    }

    /// Where its component is named.
    fn component_place(&self) -> Place {
        match &self.site {
            Site::Manifest { .. } => self.place(&["component"]),
            _ => self.place(&[]),
        }
    }

    fn add(&self, findings: &mut Findings, rule: Rule, place: Place, message: impl Into<String>) {
        let policy = Some(self.policy.id.clone());
        findings.list.push(Finding { rule, place, policy, message: message.into() });
    }

    /// What is wrong with its component or its project.
    fn add_all(&self, flaws: &[Flaw], findings: &mut Findings) {
        for flaw in flaws {
            let place = flaw.place.clone().unwrap_or_else(|| self.component_place());
            self.add(findings, flaw.rule, place, flaw.message.clone());
        }
    }

    /// Whether it is granted what it asks for, and nothing else.
    fn check_grants(&self, written: &Written, findings: &mut Findings) {
        let Some(metadata) = &self.metadata else { return };
        let reads = self.policy.reads.difference(&metadata.reads);
        for path in reads.missing {
            let message = format!("the policy asks to see `{path}`, and is not granted it");
            self.add(findings, Rule::ReadsNotGranted, self.place(&["reads"]), message);
        }
        for path in reads.unused {
            let narrower: Vec<String> = metadata
                .reads
                .iter()
                .filter(|asked| path.covers(asked))
                .map(|asked| format!("`{asked}`"))
                .collect();
            let message = match narrower.is_empty() {
                true => format!("`{path}` is granted, and the policy does not ask for it"),
                false => format!(
                    "`{path}` is granted, and of that the policy asks for {} alone",
                    narrower.join(", ")
                ),
            };
            let place = self.item("reads", &written.reads, &path.to_string());
            self.add(findings, Rule::ReadsUnused, place, message);
        }
        let verdicts = self.policy.terms.verdicts.difference(&metadata.verdicts);
        for power in verdicts.missing {
            let message = format!("the policy asks to decide `{power}`, and is not granted it");
            self.add(findings, Rule::VerdictsNotGranted, self.place(&["verdicts"]), message);
        }
        for power in verdicts.unused {
            let message = format!("`{power}` is granted, and the policy does not ask for it");
            let place = self.item("verdicts", &written.verdicts, &power.to_string());
            self.add(findings, Rule::VerdictsUnused, place, message);
        }
    }

    /// On what terms it takes part.
    fn check_terms(&self, findings: &mut Findings) {
        let terms = &self.policy.terms;
        if terms.mode == Mode::Monitor {
            let message = "it only monitors: it is recorded, and changes no answer";
            self.add(findings, Rule::Monitor, self.place(&["mode"]), message);
        } else if terms.on_failure == OnFailure::Abstain && terms.verdicts.permit(Permission::Deny)
        {
            let message = "it may deny, and abstains where it fails: whoever makes it fail gets \
                           past it";
            self.add(findings, Rule::AbstainsOnFailure, self.place(&["on-failure"]), message);
        }
        for trigger in manifest::unknown_triggers(self.policy) {
            let known = admit_cognito::TRIGGERS.join("`, `");
            let message = format!(
                "`{trigger}` is none of the triggers that are known, which are `{known}`: the \
                 policy may never be asked"
            );
            let place = self.place(&["applies-to", "triggers"]);
            self.add(findings, Rule::UnknownTrigger, place, message);
        }
    }

    /// Whether its settings are right by its own schema, and whether it accepts them.
    fn check_settings(
        &self,
        component: &Component,
        engine: &Engine,
        given: Given,
        findings: &mut Findings,
    ) {
        let settings = Value::Object(self.policy.settings.clone().into());
        let misfits = settings::misfits(self.metadata.as_ref(), &settings);
        let fit = misfits.as_ref().is_ok_and(Vec::is_empty);
        if let Err(reason) = &misfits {
            let place = self.component_place();
            self.add(findings, Rule::Metadata, place, format!("`settings`: {reason}"));
        }
        if given == Given::Settings {
            for misfit in misfits.iter().flatten() {
                let place = match &self.site {
                    Site::Manifest { document, index } => {
                        let key = KeyPath::policy(*index).key("settings");
                        Place::key(document, &misfit.key.iter().fold(key, Step::onto))
                    }
                    _ => self.place(&["settings"]),
                };
                self.add(findings, Rule::SettingsSchema, place, misfit.message.clone());
            }
        }
        let Some(compiled) = &component.compiled else { return };
        let json = self.policy.settings.to_json();
        let tried = engine.check_settings(compiled, &self.policy.limits, &json);
        let Err(failure) = tried else { return };
        match failure {
            // It would say the same of any policy that needs settings.
            Failure::SettingsRefused(_)
                if given == Given::Nothing && (self.metadata.is_none() || !fit) =>
            {
                // Its cases have settings for it.
                if !component.has_answered {
                    let (_, message) = self.refused(&failure, &json);
                    let message = format!("it was not set up, since it needs settings: {message}");
                    self.add(findings, Rule::SettingsUntried, self.place(&["settings"]), message);
                }
            }
            Failure::SettingsRefused(_) => {
                let (place, message) = self.refused(&failure, &json);
                self.add(findings, Rule::Settings, place, message);
            }
            failure => {
                // Whether its functions have the types of the contract is known when they are
                // looked for.
                let rule = match failure {
                    Failure::NotLoaded(_) => Rule::Contract,
                    _ => Rule::Configure,
                };
                let mut message = failure.to_string();
                if let Some(remedy) = remedy(&failure) {
                    message = format!("{message}; {remedy}");
                }
                let key = match &self.site {
                    Site::Manifest { .. } => vec![loaded_manifest::key_of(&failure)],
                    _ => Vec::new(),
                };
                self.add(findings, rule, self.place(&key), message);
            }
        }
    }

    /// Where in its settings the policy found a mistake, and its words for it.
    fn refused(&self, failure: &Failure, json: &str) -> (Place, String) {
        let path = match &self.site {
            Site::Manifest { index, .. } => KeyPath::policy(*index),
            _ => KeyPath::default(),
        };
        let Some((at, words)) = loaded_manifest::refused(failure, json, path.key("settings"))
        else {
            return (self.place(&["settings"]), failure.to_string());
        };
        let failure = Failure::SettingsRefused(words);
        match (&self.site, at.part) {
            (Site::Manifest { document, .. }, Part::Name) => {
                (Place::name(document, &at.path), failure.to_string())
            }
            (Site::Manifest { document, .. }, Part::Value) => {
                (Place::key(document, &at.path), failure.to_string())
            }
            _ => (self.place(&["settings"]), format!("`{}`: {failure}", at.path)),
        }
    }

    /// The place of one item of a list.
    fn item(&self, list: &str, items: &[String], item: &str) -> Place {
        let index = items.iter().position(|found| found == item);
        match (&self.site, index) {
            (Site::Manifest { document, index: policy }, Some(index)) => {
                Place::key(document, &KeyPath::policy(*policy).key(list).index(index))
            }
            _ => self.place(&[list]),
        }
    }
}

/// The lists of a policy in the order in which they are written.
struct Written {
    reads: Vec<String>,
    verdicts: Vec<String>,
}

impl Written {
    fn of(document: &Value, index: usize) -> Written {
        let list = |key: &str| {
            let items = document["policy"][index][key].as_array().into_iter().flatten();
            items.filter_map(|item| Some(item.as_str()?.to_owned())).collect()
        };
        Written { reads: list("reads"), verdicts: list("verdicts") }
    }
}
