//! Runs the cases of a file.

use super::case::{self, Case};
use super::coverage::Coverage;
use super::event::GivenEvent;
use super::expectation::{denial_code, opinion, outcome};
use super::results::{CaseResult, Results, Said, Verdict};
use super::subject::{Scope, Subject, asked, ids};
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

/// The file of cases, where no other is named.
pub(crate) const FILE: &str = "cases.toml";

/// The most characters that are shown of anything that was said.
const MAX_CHARACTERS: usize = 2_000;

/// A file of cases, and what they are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suite {
    subject: Subject,
    file: PathBuf,
}

/// Everything that is needed to run cases.
struct Bench {
    manifest: Manifest,
    components: HashMap<String, (Digest, Component)>,
    engine: Arc<Engine>,
    scope: Scope,
}

impl Suite {
    /// The cases of a project, a component or a manifest, in a file of this name or in the
    /// `cases.toml` beside it. Nothing is read yet.
    pub(crate) fn at(path: &Path, file: Option<&Path>) -> Suite {
        let subject = Subject::at(path);
        let file = file.map_or_else(|| subject.beside(FILE), Path::to_owned);
        Suite { subject, file }
    }

    /// The file of the cases, which need not be there.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Runs the cases whose name has a text in it, or all of them.
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
            bail!("no case of `{}` has `{filter}` in its name", self.file.display());
        }
        let assembly = self.subject.assembly()?;
        for (key, case, ..) in &chosen {
            self.check(case, &assembly.manifest, key)
                .map_err(|Problem { key, message }| source.error(&key, message))?;
        }
        let mut coverage = Coverage::of(&assembly)?;
        let bench = Bench::new(assembly, &self.subject)?;
        let mut results = Vec::new();
        for (_, case, event, _) in chosen.iter().filter(|(.., is_chosen)| *is_chosen) {
            let (result, deliberation) = bench.run(case, event)?;
            let tested = denial_code(&deliberation.decision)
                .filter(|_| case.expected.is_denial() && result.outcome == Verdict::Passed);
            coverage.add(&deliberation, tested);
            results.push(result);
        }
        Ok(Results::new(source.file, all, results, coverage))
    }

    /// Builds and reads what the cases are about.
    pub(crate) fn assembly(&self) -> anyhow::Result<LoadedManifest> {
        self.subject.assembly()
    }

    /// The manifest that the cases are about; none if they are about a policy alone.
    pub(crate) fn manifest(&self) -> Option<&Path> {
        match &self.subject {
            Subject::Manifest(file) => Some(file),
            Subject::Policy(_) => None,
        }
    }

    /// The events of all cases as Cognito would send them, or a sample if there are no cases.
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

    /// The files and folders that a run depends on.
    pub(crate) fn places(&self) -> Vec<PathBuf> {
        let mut places = self.subject.places();
        places.extend(self.cases());
        places
    }

    /// The files that it is made from: those of the subject, its cases, and those of every policy.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = self.subject.files();
        files.extend(self.cases());
        let components = self.subject.components();
        files.extend(components.iter().flat_map(|path| Suite::at(path, None).cases()));
        files
    }

    /// The file of the cases, and those of their events.
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

    /// Refuses what makes no sense for what the case is about.
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
                let only = "it is for the cases of a manifest: here there is one policy";
                if case.policy.is_some() {
                    return problem("policy", only.to_owned());
                }
                if expected.by().is_some() {
                    return problem("by", only.to_owned());
                }
            }
            Subject::Manifest(_) => {
                if case.settings.is_some() {
                    let message = "the manifest has the settings: leave them out here";
                    return problem("settings", message.to_owned());
                }
                if case.policy.is_none() && expected.has_votes() {
                    let message = "votes are those of one policy: name it in `policy`";
                    return problem("votes", message.to_owned());
                }
                let named = [("policy", case.policy.as_ref()), ("by", expected.by())];
                for (key, id) in named.into_iter().filter_map(|(key, id)| Some((key, id?))) {
                    if !manifest.policies.iter().any(|policy| policy.id == *id) {
                        let ids = ids(&manifest.policies);
                        let message =
                            format!("no policy of the manifest is `{id}`; they are {ids}");
                        return problem(key, message);
                    }
                }
                if let (Some(one), Some(by)) = (&case.policy, expected.by())
                    && one != by
                {
                    return problem("by", format!("only `{one}` is asked: leave `by` out"));
                }
            }
        }
        Ok(())
    }
}

impl Bench {
    fn new(assembly: LoadedManifest, subject: &Subject) -> anyhow::Result<Bench> {
        let engine = Arc::new(compiled_cache::engine()?);
        let components = assembly.compiled(&engine)?;
        let scope = match subject {
            Subject::Policy(_) => Scope::One,
            Subject::Manifest(_) => Scope::All,
        };
        Ok(Bench { manifest: assembly.manifest, components, engine, scope })
    }

    fn run(&self, case: &Case, event: &[u8]) -> anyhow::Result<(CaseResult, DecisionTrace)> {
        let scope = if case.policy.is_some() { Scope::One } else { self.scope };
        let event = Event::parse(event)?;
        let policies = self.policies(case, scope);
        let deliberation = policies.decide(event.sign_up(), Duration::MAX);
        let decision = &deliberation.decision;
        let fuel = deliberation.evaluations.iter().map(|evaluation| evaluation.fuel).sum();
        let held = deliberation.evaluations.iter().map(|evaluation| evaluation.memory);
        let memory = held.max().unwrap_or(Size::from_kib(0));
        let mut differences = case.expected.differences(decision, scope);
        differences.extend(case.budgets.differences(fuel, memory));
        let said = decision.policies.iter().zip(&deliberation.evaluations);
        let said = said.map(|(record, evaluation)| Said {
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
            policies: said.collect(),
            not_asked: policies.not_asked(event.sign_up()).cloned().collect(),
        };
        Ok((result, deliberation))
    }

    fn policies(&self, case: &Case, scope: Scope) -> PolicySet {
        let one = match (&case.policy, scope) {
            (None, Scope::One) => self.manifest.policies.first().map(|policy| &policy.id),
            (one, _) => one.as_ref(),
        };
        let manifest = asked(&self.manifest, one, case.settings.as_ref());
        PolicySet::new(Arc::clone(&self.engine), manifest, |_, policy| {
            let (digest, component) = &self.components[&policy.component];
            Loaded::new(Some(*digest), Ok(component.clone()))
        })
    }
}

/// What a few words have no room for: the message of a denial, the cause of a failure.
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
        lines.push(format!("wrote more: {} notes cut or dropped", notes.dropped));
    }
    lines
}
