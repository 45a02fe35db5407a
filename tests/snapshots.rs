//! A policy that was configured when it was bundled cannot be told from one that is configured
//! for each sign-up, but by how long it takes.

mod exports;

use admit_cognito::Event;
use admit_core::{Failure, FailureKind, Manifest, SignUp};
use admit_engine::{Component, Engine, Evaluation, Loaded, NoSnapshot, PolicySet};
use admit_tests::{CompiledCode, changed_guest, component, event, hostile_guests, root};
use serde_json::Value;
use std::collections::HashSet;
use std::fmt::Debug;
use std::fs;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

/// The samples, with settings.
const SAMPLES: [(&str, &str); 7] = [
    ("blocked-email-domains", "domains = [\"example.org\", \"Example.Com\", \"spam.example\"]"),
    ("email-domain", ""),
    (
        "invitation-code",
        "sha256 = [\"d7ecdf25eaf3deba0f2628771dbdd22d4138ab6cf38f91ed02a2ca0dec7c8ab7\"]",
    ),
    ("identity-providers", "providers = [\"Google\", \"Corp_X\"]"),
    ("minimum-username-length", "characters = 11"),
    ("mishaps", "mishap = \"log\""),
    ("verify-contact", ""),
];

/// The guests that cannot be configured ahead, and how the reason begins: they fail before, or
/// have state outside their memory.
const WITHOUT: [(&str, &str); 24] = [
    ("data-out-of-bounds", "crashed in `instantiate`"),
    ("declares-1-gib", "declares a memory of 1GiB"),
    ("declares-10-million-elements", "declares tables of 10000000"),
    ("eleven-memories", "modules may be instantiated at most once"),
    ("fifty-one-tables", "modules may be instantiated at most once"),
    ("fills-60-mib-forever", "needed more than 16MiB of memory"),
    ("fills-table-forever", "unsupported `table.fill` instruction"),
    ("grows-table", "unsupported `table.grow` instruction"),
    ("hundred-instances", "modules may be instantiated at most once"),
    ("keeps-handles", "it defines resources"),
    ("logs-in-realloc", "crashed in `configure`"),
    ("logs-in-start", "it writes to the log while it is configured"),
    ("logs-invalid-utf8-in-start", "`instantiate` returned a malformed value"),
    ("loops-after-configure", "stopped after 1,000,000 units of fuel in `configure`"),
    ("loops-in-configure", "stopped after 1,000,000 units of fuel in `configure`"),
    ("loops-in-destructor", "it defines resources"),
    ("loops-in-realloc", "stopped after 1,000,000 units of fuel in `configure`"),
    ("loops-in-start", "stopped after 1,000,000 units of fuel in `instantiate`"),
    ("reallocs-out-of-bounds", "`configure` returned a malformed value"),
    ("thousand-instances", "wasm validation failed"),
    ("two-memories", "modules may be instantiated at most once"),
    ("two-tables", "exceeded a limit in `instantiate`"),
    ("unreachable-in-realloc", "crashed in `configure`"),
    ("unreachable-in-start", "crashed in `instantiate`"),
];

/// The interface that a policy exports.
const CONTRACT: &str = "admit:policy/sign-up-policy@0.1.0";

pub(crate) static ENGINE: LazyLock<Arc<Engine>> =
    LazyLock::new(|| Arc::new(Engine::new(4).unwrap().with_cache(Arc::new(CompiledCode))));

/// A component, which is compiled when it is first asked for.
pub(crate) struct Compiled {
    source: Vec<u8>,
    component: OnceLock<Component>,
}

impl Compiled {
    pub(crate) fn new(source: Vec<u8>) -> Compiled {
        Compiled { source, component: OnceLock::new() }
    }
}

impl Deref for Compiled {
    type Target = Component;

    fn deref(&self) -> &Component {
        self.component.get_or_init(|| ENGINE.compile(&self.source).unwrap())
    }
}

/// Policies that are configured for each sign-up: components by the ids of the policies, all with
/// the same settings and limits.
pub(crate) fn anew(policies: &[(&str, &Compiled)], settings: &str, limits: &str) -> PolicySet {
    let manifest = manifest(policies, settings, limits);
    let mut components = policies.iter().map(|(_, compiled)| Component::clone(compiled));
    PolicySet::new(Arc::clone(&ENGINE), manifest, |_, _| Ok(components.next().unwrap()))
}

fn manifest(policies: &[(&str, &Compiled)], settings: &str, limits: &str) -> Manifest {
    let policy = |(id, _): &(&str, &Compiled)| {
        format!(
            "[[policy]]\nid = {id:?}\ncomponent = {id:?}\nreads = [\"userName\", \
             \"userAttributes.*\", \"validationData.*\", \"clientMetadata.*\"]\nverdicts = \
             [\"confirm\", \"verify-email\", \"verify-phone\", \"deny\"]\n{limits}\n\
             [policy.settings]\n{settings}\n"
        )
    };
    let text: String = policies.iter().map(policy).collect();
    // The budget is the most that `limits` may ask for.
    Manifest::from_toml("admit.toml", &format!("budget = \"4s\"\n{text}")).unwrap()
}

/// Policies in their two forms.
pub(crate) struct Twins {
    anew: PolicySet,
    ahead: PolicySet,
}

impl Twins {
    /// Twins of a component with settings and limits, unless it has no snapshot.
    fn of(name: &str, settings: &str, limits: &str) -> Result<Twins, NoSnapshot> {
        Twins::of_source(fs::read(component(name)).unwrap(), settings, limits)
    }

    fn of_source(source: Vec<u8>, settings: &str, limits: &str) -> Result<Twins, NoSnapshot> {
        Twins::of_all(&[("policy", &Compiled::new(source))], settings, limits)
    }

    /// Twins of several components, by the ids of their policies.
    pub(crate) fn of_all(
        policies: &[(&str, &Compiled)],
        settings: &str,
        limits: &str,
    ) -> Result<Twins, NoSnapshot> {
        let manifest = manifest(policies, settings, limits);
        let mut configured = Vec::new();
        for ((_, compiled), policy) in policies.iter().zip(&manifest.policies) {
            let settings = policy.settings.to_json();
            let taken =
                ENGINE.snapshot(&compiled.source, (&policy.limits, policy.log), &settings)?;
            let component = ENGINE.compile(&taken.component).unwrap();
            configured.push(Loaded {
                snapshot: Some(taken.snapshot),
                ..Loaded::new(None, Ok(component))
            });
        }
        let mut configured = configured.into_iter();
        Ok(Twins {
            anew: anew(policies, settings, limits),
            ahead: PolicySet::new(Arc::clone(&ENGINE), manifest, |_, _| configured.next().unwrap()),
        })
    }

    /// Both decide the same, by the same.
    fn check(&self, name: &str, sign_up: &SignUp<'_>) -> Result<(), FailureKind> {
        let evaluations = self.evaluate(name, sign_up);
        evaluations[0].answer.as_ref().map(|_| ()).map_err(Failure::kind)
    }

    /// The same of all policies, and how they came to it.
    pub(crate) fn evaluate(&self, name: &str, sign_up: &SignUp<'_>) -> Vec<Evaluation> {
        let decide = |policies: &PolicySet| policies.decide(sign_up, Duration::from_secs(4));
        let (anew, ahead) = (decide(&self.anew), decide(&self.ahead));
        assert_eq!(ahead.decision, anew.decision, "{name}");
        for (ahead, anew) in ahead.evaluations.iter().zip(&anew.evaluations) {
            assert_eq!(lasting(ahead), lasting(anew), "{name}");
        }
        ahead.evaluations
    }
}

/// The parts of an evaluation that are the same each time.
fn lasting(evaluation: &Evaluation) -> impl PartialEq + Debug + use<> {
    let Evaluation { answer, notes, fuel, memory, configured, .. } = evaluation.clone();
    (answer, notes, fuel, memory, configured.map(|configured| configured.fuel))
}

/// Every recorded event, and some that no policy expects.
fn events() -> Vec<String> {
    let recorded = fs::read_dir(root().join("tests/events")).unwrap();
    let mut events: Vec<String> =
        recorded.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut whole: Value = serde_json::from_str(&event("sign-up.json")).unwrap();
        change(&mut whole);
        whole.to_string()
    };
    events.push(changed(&|event| event["userName"] = "".into()));
    events.push(changed(&|event| event["userName"] = "ü\u{1f600}\n".repeat(5_000).into()));
    events.push(changed(&|event| event["request"]["userAttributes"] = serde_json::json!({})));
    for email in ["@", "mary@spam.example", "mary@EXAMPLE.com.", "a@b@c", "mary@a.example.org"] {
        events.push(changed(&|event| event["request"]["userAttributes"]["email"] = email.into()));
    }
    let code = serde_json::json!({ "invitation_code": "sesame" });
    events.push(changed(&|event| event["request"]["validationData"] = code.clone()));
    events
}

#[test]
fn samples_decide_alike() {
    for (name, settings) in SAMPLES {
        let twins = Twins::of(name, settings, "").unwrap_or_else(|why| panic!("{name}: {why}"));
        for text in events() {
            twins.check(name, Event::parse(text.as_bytes()).unwrap().sign_up()).unwrap();
        }
    }
}

#[test]
fn limits_are_the_same() {
    let text = event("sign-up.json");
    let event = Event::parse(text.as_bytes()).unwrap();
    let configuring = |fuel: u64| Twins::of("email-domain", "", &format!("limits.fuel = {fuel}"));
    // From just enough to be configured to just enough to answer.
    let (mut least, mut most) = (0, 10_000);
    while most - least > 1 {
        let middle = (least + most) / 2;
        match configuring(middle) {
            Ok(_) => most = middle,
            Err(_) => least = middle,
        }
    }
    let (step, mut ends) = (97, HashSet::new());
    for fuel in (most..most + 60 * step).step_by(step as usize) {
        ends.insert(configuring(fuel).unwrap().check(&fuel.to_string(), event.sign_up()));
    }
    assert_eq!(ends, HashSet::from([Ok(()), Err(FailureKind::Fuel)]));
    let (_, settings) = SAMPLES[0];
    let small = Twins::of("blocked-email-domains", settings, "limits.memory = \"64KiB\"").unwrap();
    assert_eq!(small.check("little memory", event.sign_up()), Ok(()));
    let mut large: Value = serde_json::from_str(&text).unwrap();
    large["request"]["userAttributes"]["name"] = "x".repeat(60_000).into();
    let (text, memory) = (large.to_string(), Err(FailureKind::Memory));
    let event = Event::parse(text.as_bytes()).unwrap();
    assert_eq!(small.check("little memory", event.sign_up()), memory);
}

/// Code that only `configure` needs is found by the names that tools give to core functions, which a
/// component need not have.
#[test]
fn misleading_exports_change_nothing() {
    const CONFIGURE: &str = "admit:policy/sign-up-policy@0.1.0#configure";
    const EVALUATE: &str = "admit:policy/sign-up-policy@0.1.0#evaluate";
    let export =
        |name: &str, function: &str| format!("\n    (export \"{name}\" (func ${function}))");
    let lifted = |name: &str| format!("lift (core func $policy \"{name}\")");
    let after = |name: &str| format!("(post-return (core func $policy \"{name}\"))");
    let post = format!("cabi_post_{CONFIGURE}");
    let named = |configure: &str, evaluate: &str| {
        vec![
            (export("configure", "configure"), export(configure, "configure")),
            (export("evaluate", "evaluate"), export(evaluate, "evaluate")),
            (lifted("configure"), lifted(configure)),
            (lifted("evaluate"), lifted(evaluate)),
        ]
    };
    let mut shared = named(CONFIGURE, EVALUATE);
    shared.push((export("after-configure", "after-configure"), export(&post, "after-configure")));
    shared.push((after("after-configure"), after(&post)));
    shared.push((after("after-evaluate"), after(&post)));
    let text = event("sign-up.json");
    let event = Event::parse(text.as_bytes()).unwrap();
    for changes in [named(CONFIGURE, EVALUATE), named(EVALUATE, CONFIGURE), shared] {
        let changes: Vec<_> =
            changes.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let source = changed_guest("grants-everything", &changes);
        let twins = Twins::of_source(source, "", "").unwrap();
        assert_eq!(twins.check(&format!("{changes:?}"), event.sign_up()), Ok(()));
    }
}

#[test]
fn hostile_guests_fail_alike() {
    let text = event("sign-up.json");
    let event = Event::parse(text.as_bytes()).unwrap();
    let mut without = Vec::new();
    for name in hostile_guests() {
        // Less than it takes to run out of time.
        match Twins::of(&name, "", "limits = { fuel = 1_000_000, time = \"2s\" }") {
            Ok(twins) => _ = twins.check(&name, event.sign_up()),
            Err(reason) => without.push((name, reason.to_string())),
        }
    }
    let names: Vec<_> = without.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, WITHOUT.map(|(name, _)| name));
    for ((name, reason), (_, expected)) in without.iter().zip(WITHOUT) {
        assert!(reason.starts_with(expected), "{name}: {reason}");
    }
}
