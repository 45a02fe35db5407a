//! Fuzzes components: compiled, evaluated, and their answers merged.

#![no_main]

use admit_core::{
    Answer, FAILURE_MESSAGE, Failure, Flag, Flags, Grounds, Limits, Manifest, Member, PerMember,
    SignUp, Verdict, Vote,
};
use admit_engine::{Engine, Evaluation, PolicySet};
use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, LazyLock};

/// One component three times: permitted nothing, permitted one flag, and only watched.
const MANIFEST: &str = r#"
budget = "4s"

[[policy]]
id = "bare"
component = "fuzz.wasm"
reads = ["userName", "userAttributes.*", "validationData.*", "clientMetadata.*"]
verdicts = []
limits = { fuel = 1_000_000, time = "20ms", memory = "2MiB" }

[[policy]]
id = "confirms"
component = "fuzz.wasm"
reads = ["userName", "userAttributes.*", "validationData.*", "clientMetadata.*"]
verdicts = ["confirm"]
on-failure = "abstain"
limits = { fuel = 1_000_000, time = "20ms", memory = "2MiB" }

[[policy]]
id = "watched"
component = "fuzz.wasm"
reads = ["userName", "userAttributes.*", "validationData.*", "clientMetadata.*"]
verdicts = ["deny", "confirm", "verify-email", "verify-phone"]
mode = "monitor"
limits = { fuel = 1_000_000, time = "20ms", memory = "2MiB" }
"#;

/// The largest component that is tried, for the sake of the compiler.
const MAX_BYTES: usize = 64 << 10;

static ENGINE: LazyLock<Arc<Engine>> =
    LazyLock::new(|| Arc::new(Engine::new(1).expect("an engine")));

/// Any bytes are refused, or are a component that is admitted. For each component:
///
/// - the process lives, and no host panics on its behalf;
/// - it uses no more than its fuel and its memory;
/// - a denial that is not permitted is not counted; a failure denies where the manifest
///   says so, and the person reads nothing of it;
/// - of what it grants, only what is permitted is set, and only if it granted that;
/// - it is the same each time, but for the time that it takes.
fn check(bytes: &[u8]) {
    if bytes.len() > MAX_BYTES {
        return;
    }
    let Ok(component) = ENGINE.compile(bytes) else { return };
    let manifest = Manifest::from_toml("admit.toml", MANIFEST).expect("a manifest");
    let limits = manifest.policies[0].limits;
    let policies = PolicySet::new(Arc::clone(&ENGINE), manifest, |_, _| Ok(component.clone()));
    let deliberation = policies.decide(&sign_up(), Manifest::MAX_BUDGET.duration());
    let [bare, confirms, watched] = &deliberation.evaluations[..] else {
        panic!("each policy is asked")
    };

    for evaluation in [bare, confirms, watched] {
        check_limits(evaluation, &limits);
    }
    match (&bare.answer, deliberation.decision.answer) {
        (Err(_), Answer::Deny(refusal)) => {
            let by = refusal.policy.as_ref().map(|policy| policy.as_str());
            assert_eq!((by, refusal.grounds), (Some("bare"), Grounds::Failure));
            assert_eq!(refusal.message, FAILURE_MESSAGE);
        }
        (Ok(_), Answer::Admit(admission)) => {
            let confirm = matches!(&confirms.answer,
                Ok(Verdict::Allow(ballot)) if ballot.flags[Flag::Confirm] == Vote::Grant);
            assert_eq!(admission, Flags::default().with(Flag::Confirm, confirm).into());
        }
        (said, answer) => panic!("{answer:?} to {said:?}"),
    }
    for other in [confirms, watched] {
        if !is_timely(bare) || !is_timely(other) {
            continue;
        }
        assert_eq!(bare.answer, other.answer, "another answer to the same");
        assert_eq!((&bare.notes, bare.fuel), (&other.notes, other.fuel));
        assert_eq!(bare.memory, other.memory);
    }
}

fn check_limits(evaluation: &Evaluation, limits: &Limits) {
    assert!(evaluation.fuel.is_none_or(|fuel| fuel <= limits.fuel), "{:?}", evaluation.fuel);
    assert!(evaluation.memory <= limits.memory, "{}", evaluation.memory);
    assert!(!matches!(evaluation.answer, Err(Failure::Host(_))), "{:?}", evaluation.answer);
}

/// Whether it was not the time that ended an evaluation, which depends on the machine.
fn is_timely(evaluation: &Evaluation) -> bool {
    !matches!(evaluation.answer, Err(Failure::Deadline { .. } | Failure::Budget { .. }))
}

fn sign_up() -> SignUp<'static> {
    SignUp {
        trigger_source: "PreSignUp_SignUp".into(),
        region: "us-east-1".into(),
        user_pool_id: "us-east-1_EXAMPLE".into(),
        client_id: "1example23456789".into(),
        user_name: "mary_major".into(),
        members: PerMember::default()
            .with(
                Member::UserAttributes,
                vec![
                    ("email".into(), "mary@example.com".into()),
                    ("phone_number".into(), "+12065550100".into()),
                ],
            )
            .with(Member::ValidationData, vec![("invite".into(), "abc".into())]),
    }
}

fuzz_target!(|bytes: &[u8]| check(bytes));
