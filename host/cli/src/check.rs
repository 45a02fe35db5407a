//! The checks of `admit check`, which collect all findings rather than stop at the first.

mod cases;
mod components;
mod facts;
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
    Failure, KeyPath, Manifest, Metadata, Mode, OnFailure, Permission, Policy, Settings, read_toml,
};
use admit_engine::Engine;
use components::{CheckedComponents, Component, Flaw};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::path::Path;
use std::rc::Rc;

/// Whether the settings of a policy are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SettingsSource {
    /// From the manifest or the command line.
    Given,
    /// Not given: a single policy is checked without `--settings`.
    Unknown,
}

/// One policy, and the place that its findings point at.
struct Subject<'a> {
    policy: &'a Policy,
    site: Site,
    metadata: Option<Metadata>,
}

/// The place where a policy is defined.
#[derive(Clone)]
enum Site {
    /// A manifest, at this index.
    Manifest { document: Rc<Document>, index: usize },
    /// A `policy.toml`.
    Project(Rc<Document>),
    /// A component without a project.
    Component(String),
}

/// Checks a manifest and everything that it refers to. Fails if the manifest cannot be read.
pub(crate) fn check_manifest(file: &Path) -> anyhow::Result<Findings> {
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
    // The order of lists in the file, which the parsed manifest does not keep.
    let written: Value = read_toml(&source.file, &source.text)?;
    let document = Rc::new(Document::from(source));
    findings.policies = manifest.policies.len();
    let folder = file.parent().unwrap_or(Path::new(""));
    let engine = compiled_cache::engine()?;
    let components = manifest.policies.iter().map(|policy| policy.component.as_str());
    let components =
        CheckedComponents::check(&engine, components.map(|name| (name, folder.join(name))));
    let mut seen = HashSet::new();
    for (index, policy) in manifest.policies.iter().enumerate() {
        let site = Site::Manifest { document: document.clone(), index };
        let written = WrittenLists::of_policy(&written, index);
        let Some(component) = components.get(&policy.component) else { continue };
        let subject = Subject::new(policy, site, component);
        subject.add_all(&component.flaws, &mut findings);
        if seen.insert(policy.component.as_str()) {
            subject.add_all(&component.project_flaws, &mut findings);
        }
        subject.check_grants(&written, &mut findings);
        subject.check_facts(&manifest, &mut findings);
        subject.check_terms(&mut findings);
        subject.check_settings(component, &engine, SettingsSource::Given, &mut findings);
    }
    manifest::check(&document, &manifest, &mut findings);
    for flaw in facts::of_manifest(&manifest) {
        findings.add(flaw.rule, Place::key(&document, &flaw.key), flaw.message);
    }
    // A `cases.toml` beside a `policy.toml` belongs to the project.
    if !folder.join(policy_toml::FILE).exists() {
        let cases = Suite::at(file, None);
        manifest::check_cases(&cases, &document, &manifest, &components, &mut findings);
    }
    Ok(findings)
}

/// Checks a component or the policy project in a folder, with the grants that it requests.
pub(crate) fn check_component(
    path: &Path,
    settings: Option<Map<String, Value>>,
) -> anyhow::Result<Findings> {
    let name = path.display().to_string();
    let mut findings = Findings { policies: 1, ..Findings::new(name.clone()) };
    let settings_source = match settings {
        Some(_) => SettingsSource::Given,
        None => SettingsSource::Unknown,
    };
    let settings = Settings::from(settings.unwrap_or_default());
    let engine = compiled_cache::engine()?;
    let components = CheckedComponents::check(&engine, [(name.as_str(), path.to_owned())]);
    let Some(component) = components.get(&name) else { return Ok(findings) };
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
    subject.check_settings(component, &engine, settings_source, &mut findings);
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

    /// The place of the value of a key of the policy.
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

    /// The place of the policy's component.
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

    /// Adds the flaws of the policy's component or project as findings.
    fn add_all(&self, flaws: &[Flaw], findings: &mut Findings) {
        for flaw in flaws {
            let place = flaw.place.clone().unwrap_or_else(|| self.component_place());
            self.add(findings, flaw.rule, place, flaw.message.clone());
        }
    }

    /// Checks that the grants are equal to the requests.
    fn check_grants(&self, written: &WrittenLists, findings: &mut Findings) {
        let Some(metadata) = &self.metadata else { return };
        let reads = self.policy.reads.compare(Some(&metadata.reads));
        for path in reads.missing() {
            let message = format!("the policy requests `{path}`, which is not granted");
            self.add(findings, Rule::ReadsNotGranted, self.place(&["reads"]), message);
        }
        for path in reads.unused() {
            let narrower: Vec<String> = metadata
                .reads
                .iter()
                .filter(|requested| path.covers(requested))
                .map(|requested| format!("`{requested}`"))
                .collect();
            let message = match narrower.is_empty() {
                true => format!("`{path}` is granted, but the policy does not request it"),
                false => format!(
                    "`{path}` is granted, but the policy only requests {}",
                    narrower.join(", ")
                ),
            };
            let place = self.item("reads", &written.reads, &path.to_string());
            self.add(findings, Rule::ReadsUnused, place, message);
        }
        let verdicts = self.policy.terms.verdicts.compare(Some(&metadata.verdicts));
        for permission in verdicts.missing() {
            let message = format!("the policy requests `{permission}`, which is not granted");
            self.add(findings, Rule::VerdictsNotGranted, self.place(&["verdicts"]), message);
        }
        for permission in verdicts.unused() {
            let message = format!("`{permission}` is granted, but the policy does not request it");
            let place = self.item("verdicts", &written.verdicts, &permission.to_string());
            self.add(findings, Rule::VerdictsUnused, place, message);
        }
    }

    /// Checks the facts that the policy is granted.
    fn check_facts(&self, manifest: &Manifest, findings: &mut Findings) {
        for flaw in facts::of_policy(self.policy, &manifest.lookups, self.metadata.as_ref()) {
            let place = match &self.site {
                Site::Manifest { document, index } => {
                    Place::key(document, &KeyPath::policy(*index).join(flaw.key))
                }
                Site::Project(_) | Site::Component(_) => self.component_place(),
            };
            self.add(findings, flaw.rule, place, flaw.message);
        }
    }

    /// Checks the mode, the behaviour on failure and the triggers.
    fn check_terms(&self, findings: &mut Findings) {
        let terms = &self.policy.terms;
        if terms.mode == Mode::Monitor {
            let message = "mode `monitor`: its verdicts are recorded, but do not change any answer";
            self.add(findings, Rule::Monitor, self.place(&["mode"]), message);
        } else if terms.on_failure == OnFailure::Abstain && terms.verdicts.permit(Permission::Deny)
        {
            let message = "the policy may deny, but abstains on failure: a sign-up that makes it \
                           fail is not denied";
            self.add(findings, Rule::AbstainsOnFailure, self.place(&["on-failure"]), message);
        }
        for trigger in manifest::unknown_triggers(self.policy) {
            let known = admit_cognito::TRIGGERS.join("`, `");
            let message = format!(
                "unknown trigger `{trigger}`, expected one of `{known}`: the policy may never be \
                 evaluated"
            );
            let place = self.place(&["applies-to", "triggers"]);
            self.add(findings, Rule::UnknownTrigger, place, message);
        }
    }

    /// Checks the settings against the policy's JSON Schema and with its `configure`.
    fn check_settings(
        &self,
        component: &Component,
        engine: &Engine,
        source: SettingsSource,
        findings: &mut Findings,
    ) {
        let settings = Value::Object(self.policy.settings.clone().into());
        let errors = settings::schema_errors(self.metadata.as_ref(), &settings);
        let is_valid = errors.as_ref().is_ok_and(Vec::is_empty);
        if let Err(reason) = &errors {
            let place = self.component_place();
            self.add(findings, Rule::Metadata, place, format!("`settings`: {reason}"));
        }
        if source == SettingsSource::Given {
            for error in errors.iter().flatten() {
                let place = match &self.site {
                    Site::Manifest { document, index } => {
                        let key = KeyPath::policy(*index).key("settings");
                        Place::key(document, &error.key.iter().fold(key, Step::append_to))
                    }
                    _ => self.place(&["settings"]),
                };
                self.add(findings, Rule::SettingsSchema, place, error.message.clone());
            }
        }
        let Some(compiled) = &component.compiled else { return };
        let json = self.policy.settings.to_json();
        let configured = engine.check_settings(compiled, &self.policy.limits, &json);
        let Err(failure) = configured else { return };
        match failure {
            // Without settings, a policy that requires some is not wrong.
            Failure::SettingsRefused(_)
                if source == SettingsSource::Unknown && (self.metadata.is_none() || !is_valid) =>
            {
                // The settings of its cases were accepted.
                if !component.has_answered {
                    let (_, message) = self.refused(&failure, &json);
                    let message = format!(
                        "`configure` was not checked, because it needs settings: {message}"
                    );
                    self.add(findings, Rule::SettingsUntried, self.place(&["settings"]), message);
                }
            }
            Failure::SettingsRefused(_) => {
                let (place, message) = self.refused(&failure, &json);
                self.add(findings, Rule::Settings, place, message);
            }
            failure => {
                // A type that differs from the contract's is only detected on instantiation.
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

    /// The place of a setting that the policy rejected, and its message.
    fn refused(&self, failure: &Failure, json: &str) -> (Place, String) {
        let path = match &self.site {
            Site::Manifest { index, .. } => KeyPath::policy(*index),
            _ => KeyPath::default(),
        };
        let Some((at, reason)) = loaded_manifest::refused(failure, json, path.key("settings"))
        else {
            return (self.place(&["settings"]), failure.to_string());
        };
        let failure = Failure::SettingsRefused(reason);
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

/// The lists of a policy in the order of the manifest.
struct WrittenLists {
    reads: Vec<String>,
    verdicts: Vec<String>,
}

impl WrittenLists {
    fn of_policy(document: &Value, index: usize) -> WrittenLists {
        let list = |key: &str| {
            let items = document["policy"][index][key].as_array().into_iter().flatten();
            items.filter_map(|item| Some(item.as_str()?.to_owned())).collect()
        };
        WrittenLists { reads: list("reads"), verdicts: list("verdicts") }
    }
}
