//! Runs the cases of a file.

use super::case::{self, Case};
use super::coverage::Coverage;
use super::event::GivenEvent;
use super::expectation::{denial_code, opinion, outcome};
use super::results::{CaseResult, PolicyResult, Results, Verdict};
use super::subject::{Scope, Subject, ids, manifest_for};
use crate::policy_set::compiled_cache;
use crate::policy_set::loaded_manifest::LoadedManifest;
use crate::policy_set::remedy::remedy;
use admit_build::source::Source;
use admit_cognito::Event;
use admit_core::{Manifest, Opinion, Problem, Size, printable};
use admit_engine::{Component, DecisionTrace, Digest, Engine, Evaluation, Loaded, PolicySet};
use anyhow::{Context, bail};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The default name of the file with the cases.
pub(crate) const FILE: &str = "cases.toml";

/// The maximum length of a message in the output, in characters.
const MAX_CHARACTERS: usize = 2_000;

/// A file of cases and their subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suite {
    subject: Subject,
    file: PathBuf,
}

/// Runs cases on compiled components.
struct Runner {
    manifest: Manifest,
    components: HashMap<String, (Digest, Component)>,
    engine: Arc<Engine>,
    scope: Scope,
}

impl Suite {
    /// The cases of a project, a component or a manifest, in this file or in the `cases.toml`
    /// beside it. Reads nothing yet.
    pub(crate) fn at(path: &Path, file: Option<&Path>) -> Suite {
        let subject = Subject::at(path);
        let file = file.map_or_else(|| subject.beside(FILE), Path::to_owned);
        Suite { subject, file }
    }

    /// The file of the cases, which may not exist.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Runs all cases, or those whose name contains a text.
    pub(crate) fn run(&self, filter: Option<&str>) -> anyhow::Result<Results> {
        let source = Source::read(&self.file)
            .with_context(|| format!("cannot read the cases `{}`", self.file.display()))?;
        let cases = Case::read_all(&source)?;
        let all = cases.len();
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let mut chosen = Vec::new();
        for (index, case) in cases.into_iter().enumerate() {
            let key = case::key(index);
            let event = case.event.text(folder, &source, key.clone().key("event"))?;
            let is_chosen = filter.is_none_or(|text| case.name.contains(text));
            chosen.push((key, case, event, is_chosen));
        }
        if let Some(filter) = filter
            && !chosen.iter().any(|(.., is_chosen)| *is_chosen)
        {
            bail!("`{}` has no case whose name contains `{filter}`", self.file.display());
        }
        let loaded = self.subject.load()?;
        for (key, case, ..) in &chosen {
            self.check(case, &loaded.manifest, key)
                .map_err(|Problem { key, message }| source.error(&key, message))?;
        }
        let mut coverage = Coverage::new(&loaded)?;
        let runner = Runner::new(loaded, &self.subject)?;
        let mut results = Vec::new();
        for (_, case, event, _) in chosen.iter().filter(|(.., is_chosen)| *is_chosen) {
            let (result, trace) = runner.run(case, event)?;
            let tested = denial_code(&trace.decision)
                .filter(|_| case.expected.is_denial() && result.outcome == Verdict::Passed);
            coverage.add(&trace, tested);
            results.push(result);
        }
        Ok(Results::new(source.file, all, results, coverage))
    }

    /// Builds and reads the subject.
    pub(crate) fn load(&self) -> anyhow::Result<LoadedManifest> {
        self.subject.load()
    }

    /// The manifest that the cases test, or `None` if they test a single policy.
    pub(crate) fn manifest(&self) -> Option<&Path> {
        match &self.subject {
            Subject::Manifest(file) => Some(file),
            Subject::Policy(_) => None,
        }
    }

    /// Returns the events of all cases in Cognito's format, or a sample event if there is no file.
    pub(crate) fn events(&self) -> anyhow::Result<Vec<Vec<u8>>> {
        if !self.file.exists() {
            return Ok(vec![GivenEvent::sample()]);
        }
        let source = Source::read(&self.file)
            .with_context(|| format!("cannot read the cases `{}`", self.file.display()))?;
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let cases = Case::read_all(&source)?.into_iter().enumerate();
        let text = |(index, case): (usize, Case)| {
            case.event.text(folder, &source, case::key(index).key("event"))
        };
        cases.map(text).collect()
    }

    /// The files and folders to watch for changes.
    pub(crate) fn places(&self) -> Vec<PathBuf> {
        let mut places = self.subject.places();
        places.extend(self.cases());
        places
    }

    /// The files of the subject, its cases, and the cases of every policy.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = self.subject.files();
        files.extend(self.cases());
        let components = self.subject.components();
        files.extend(components.iter().flat_map(|path| Suite::at(path, None).cases()));
        files
    }

    /// The file of the cases and the files of their events.
    fn cases(&self) -> Vec<PathBuf> {
        let mut files = vec![self.file.clone()];
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let cases = Source::read(&self.file).ok().and_then(|source| Case::read_all(&source).ok());
        for case in cases.into_iter().flatten() {
            if let GivenEvent::File(name) = case.event {
                files.push(folder.join(name));
            }
        }
        files
    }

    /// Rejects keys of a case that do not apply to the subject.
    fn check(
        &self,
        case: &Case,
        manifest: &Manifest,
        here: &admit_core::KeyPath,
    ) -> Result<(), Problem> {
        let problem = |key: &str, message: String| Err(here.clone().key(key).problem(message));
        let expected = &case.expected;
        match self.subject {
            Subject::Policy(_) => {
                let only = |key: &str| {
                    problem(key, format!("`{key}` is only for the cases of a manifest"))
                };
                if case.policy.is_some() {
                    return only("policy");
                }
                if expected.by().is_some() {
                    return only("by");
                }
            }
            Subject::Manifest(_) => {
                if case.settings.is_some() {
                    let message = "`settings` cannot be used here: the manifest has the settings";
                    return problem("settings", message.to_owned());
                }
                if case.policy.is_none() && expected.has_votes() {
                    let message = "`votes` requires `policy`, the policy that votes";
                    return problem("votes", message.to_owned());
                }
                let named = [("policy", case.policy.as_ref()), ("by", expected.by())];
                for (key, id) in named.into_iter().filter_map(|(key, id)| Some((key, id?))) {
                    if !manifest.policies.iter().any(|policy| policy.id == *id) {
                        let ids = ids(&manifest.policies);
                        let message = format!("unknown policy `{id}`; the manifest has {ids}");
                        return problem(key, message);
                    }
                }
                if let (Some(one), Some(by)) = (&case.policy, expected.by())
                    && one != by
                {
                    let message = format!("`by` must be `{one}`, the only policy of this case");
                    return problem("by", message);
                }
            }
        }
        Ok(())
    }
}

impl Runner {
    fn new(loaded: LoadedManifest, subject: &Subject) -> anyhow::Result<Runner> {
        let engine = Arc::new(compiled_cache::engine()?);
        let components = loaded.compiled(&engine)?;
        let scope = match subject {
            Subject::Policy(_) => Scope::One,
            Subject::Manifest(_) => Scope::All,
        };
        Ok(Runner { manifest: loaded.manifest, components, engine, scope })
    }

    fn run(&self, case: &Case, event: &[u8]) -> anyhow::Result<(CaseResult, DecisionTrace)> {
        let scope = if case.policy.is_some() { Scope::One } else { self.scope };
        let event = Event::parse(event)?;
        let policies = self.policies(case, scope);
        let trace = policies.decide_with(event.sign_up(), &case.facts, Duration::MAX);
        let decision = &trace.decision;
        let fuel = trace.evaluations.iter().map(|evaluation| evaluation.fuel).sum();
        let memory = trace.evaluations.iter().map(|evaluation| evaluation.memory);
        let memory = memory.max().unwrap_or(Size::from_kib(0));
        let mut differences = case.expected.differences(decision, scope);
        differences.extend(case.budgets.differences(fuel, memory));
        let results = decision.policies.iter().zip(&trace.evaluations);
        let results = results.map(|(record, evaluation)| PolicyResult {
            policy: record.policy.clone(),
            said: opinion(record),
            words: words(&record.opinion),
            notes: notes(evaluation),
        });
        let result = CaseResult {
            name: case.name.clone(),
            line: case.line,
            policy: case.policy.clone(),
            outcome: if differences.is_empty() { Verdict::Passed } else { Verdict::Failed },
            expected: case.expected.to_string(),
            got: outcome(decision, scope),
            differences,
            fuel,
            memory,
            max_fuel: case.budgets.fuel,
            max_memory: case.budgets.memory,
            policies: results.collect(),
            not_asked: policies.not_asked(event.sign_up()).cloned().collect(),
        };
        Ok((result, trace))
    }

    fn policies(&self, case: &Case, scope: Scope) -> PolicySet {
        let one = match (&case.policy, scope) {
            (None, Scope::One) => self.manifest.policies.first().map(|policy| &policy.id),
            (one, _) => one.as_ref(),
        };
        let manifest = manifest_for(&self.manifest, one, case.settings.as_ref());
        PolicySet::new(Arc::clone(&self.engine), manifest, |_, policy| {
            let (digest, component) = &self.components[&policy.component];
            Loaded::new(Some(*digest), Ok(component.clone()))
        })
    }
}

/// The message of a denial, or the cause of a failure.
fn words(opinion: &Opinion) -> Option<String> {
    let words = match opinion {
        Opinion::Allow { .. } => return None,
        Opinion::Deny { message, .. } => message.clone(),
        Opinion::Failure { failure, .. } => match remedy(failure) {
            Some(remedy) => format!("{failure}; {remedy}"),
            None => failure.to_string(),
        },
    };
    Some(printable(&words, MAX_CHARACTERS))
}

fn notes(evaluation: &Evaluation) -> Vec<String> {
    let notes = &evaluation.notes;
    let mut lines: Vec<String> = notes
        .kept
        .iter()
        .map(|note| format!("writes ({}): {}", note.level, note.message))
        .collect();
    if notes.dropped > 0 {
        lines.push(format!("{} notes cut or dropped", notes.dropped));
    }
    lines
}
