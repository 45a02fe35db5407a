//! Compares a policy that was configured ahead of time with its component, so that the deployed
//! policy behaves like the reviewed one.

use admit_cognito::{Event, TRIGGERS};
use admit_core::{
    FailureKind, Manifest, Member, Name, PerMember, Policy, ReadPath, Record, Scope, SignUp,
};
use admit_engine::{Component, Engine, Evaluation, Loaded, PolicySet, Snapshot};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

/// The number of retries if only one side times out.
const RETRIES: usize = 3;

/// The number of generated sign-ups per policy.
const GENERATED: u64 = 64;

/// The maximum fuel for all sign-ups, of the component and its snapshot together, which bounds the
/// time for a policy that uses up its limit on each.
const MAX_FUEL: u64 = 2_000_000_000;

/// Describes how a policy that was configured ahead of time differs from its component, if it does.
/// Both decide the events of the policy's cases, unusual sign-ups, and generated ones.
pub(crate) fn difference(
    engine: &Arc<Engine>,
    policy: &Policy,
    component: &Component,
    (configured, snapshot): (&Component, Snapshot),
    events: &[Vec<u8>],
) -> Option<String> {
    let component = alone(engine, policy, Loaded::new(None, Ok(component.clone())));
    let loaded = Loaded::new(None, Ok(configured.clone()));
    let configured = alone(engine, policy, Loaded { snapshot: Some(snapshot), ..loaded });
    let events = events.iter().filter_map(|event| Event::parse(event).ok());
    let given = events.map(|event| owned(event.sign_up()));
    let generated = (0..GENERATED).map(|number| generated(number, policy));
    let mut fuel = 0;
    for sign_up in given.chain(unusual()).chain(generated) {
        let both = || Some((evaluate(&component, &sign_up)?, evaluate(&configured, &sign_up)?));
        let (mut one, mut other) = both()?;
        // A timeout on one side may be due to the load of this machine.
        for _ in 0..RETRIES {
            if is_stopped(&one) == is_stopped(&other) {
                break;
            }
            (one, other) = both()?;
        }
        if let Some(difference) = between(&one, &other) {
            return Some(difference);
        }
        fuel += [&one, &other].iter().map(|e| e.fuel.unwrap_or(policy.limits.fuel)).sum::<u64>();
        if fuel > MAX_FUEL {
            break;
        }
    }
    None
}

/// A policy set with only this policy, which applies to every sign-up.
fn alone(engine: &Arc<Engine>, policy: &Policy, loaded: Loaded) -> PolicySet {
    // Without facts, since the fuel of a policy that fails for lack of one could not be compared.
    let facts = BTreeMap::new();
    let policy = Policy { applies_to: Scope::default(), facts, ..policy.clone() };
    let manifest = Manifest {
        lookups: BTreeMap::new(),
        budget: Manifest::MAX_BUDGET,
        when_no_policy_applies: None,
        record: Record::default(),
        policies: vec![policy],
    };
    let mut loaded = Some(loaded);
    PolicySet::new(Arc::clone(engine), manifest, |_, _| {
        let missing = || Err(admit_core::Failure::NotLoaded("loaded before".to_owned())).into();
        loaded.take().unwrap_or_else(missing)
    })
}

fn evaluate(policy: &PolicySet, sign_up: &SignUp<'_>) -> Option<Evaluation> {
    policy.decide(sign_up, Duration::MAX).evaluations.pop()
}

/// Whether an evaluation timed out or lacked resources of the host.
fn is_stopped(evaluation: &Evaluation) -> bool {
    let transient = [FailureKind::Budget, FailureKind::Deadline, FailureKind::Host];
    evaluation.answer.as_ref().is_err_and(|failure| transient.contains(&failure.kind()))
}

/// The difference between two evaluations, unless both timed out.
fn between(one: &Evaluation, other: &Evaluation) -> Option<String> {
    match (is_stopped(one), is_stopped(other)) {
        (true, true) => return None,
        (true, false) => {
            return Some(
                "the same sign-up times out with the component, but not with the snapshot: raise \
                 `limits.time`"
                    .to_owned(),
            );
        }
        (false, true) => {
            return Some(
                "the same sign-up times out with the snapshot, but not with the component"
                    .to_owned(),
            );
        }
        (false, false) => {}
    }
    let fuel = |e: &Evaluation| e.fuel.map_or_else(|| "-".to_owned(), |fuel| fuel.to_string());
    if one.answer != other.answer {
        Some("different answers to the same sign-up".to_owned())
    } else if one.notes != other.notes {
        Some("different notes about the same sign-up".to_owned())
    } else if one.fuel != other.fuel {
        let (one, other) = (fuel(one), fuel(other));
        Some(format!("the same sign-up takes {other} units of fuel instead of {one}"))
    } else if one.memory != other.memory {
        let (one, other) = (one.memory, other.memory);
        Some(format!("the same sign-up takes {other} of memory instead of {one}"))
    } else {
        None
    }
}

fn owned(sign_up: &SignUp<'_>) -> SignUp<'static> {
    let text = |text: &Cow<'_, str>| Cow::Owned(text.clone().into_owned());
    let entries = |entries: &[(Cow<'_, str>, Cow<'_, str>)]| {
        entries.iter().map(|(name, value)| (text(name), text(value))).collect()
    };
    SignUp {
        trigger_source: text(&sign_up.trigger_source),
        region: text(&sign_up.region),
        user_pool_id: text(&sign_up.user_pool_id),
        client_id: text(&sign_up.client_id),
        user_name: text(&sign_up.user_name),
        members: PerMember::from_fn(|member| entries(&sign_up.members[member])),
    }
}

/// Unusual sign-ups.
fn unusual() -> impl Iterator<Item = SignUp<'static>> {
    let named = |user_name: String| SignUp { user_name: user_name.into(), ..SignUp::default() };
    let attributes = |count: usize, value: &'static str| SignUp {
        members: PerMember::default().with(
            Member::UserAttributes,
            (0..count).map(|number| (format!("custom:{number}").into(), value.into())).collect(),
        ),
        ..SignUp::default()
    };
    let contacts = |email: &'static str, phone: &'static str| SignUp {
        trigger_source: TRIGGERS[0].into(),
        members: PerMember::default().with(
            Member::UserAttributes,
            vec![("email".into(), email.into()), ("phone_number".into(), phone.into())],
        ),
        ..SignUp::default()
    };
    [
        SignUp::default(),
        named("ü\u{1f600}\n".repeat(5_000)),
        named("\0\u{1b}[31m\u{202e}\"\\".to_owned()),
        attributes(200, "x"),
        attributes(1, " "),
        contacts("@", "+"),
        contacts("a@b@c", "0012065550100"),
        contacts(" mary@EXAMPLE.com. ", "+12065550100"),
    ]
    .into_iter()
}

/// Generates a sign-up from a number, with the members that the policy may see, and with values from
/// its settings and common values.
fn generated(number: u64, policy: &Policy) -> SignUp<'static> {
    const COMMON: [&str; 10] = [
        "",
        " ",
        "mary_major",
        "Google_123",
        "mary@example.com",
        "mary+tag@mail.example.org",
        "example.com",
        "+12065550100",
        "true",
        "ABC-123",
    ];
    let settings = words(&policy.settings.to_json());
    let below = |bound: usize, what: &str| {
        let mut hasher = DefaultHasher::new();
        (number, what).hash(&mut hasher);
        usize::try_from(hasher.finish() % bound.max(1) as u64).unwrap_or(0)
    };
    let value = |what: &str| {
        let (kind, index) = (below(6, &format!("kind {what}")), below(1 << 20, what));
        let own = settings.get(index % settings.len().max(1));
        match (kind, own) {
            (0, Some(word)) => Cow::Owned(word.clone()),
            (1, Some(word)) => Cow::Owned(format!("mary@{word}")),
            (2, _) => Cow::Owned(format!("{index:x}").repeat(1 + index % 40)),
            _ => Cow::Borrowed(COMMON[index % COMMON.len()]),
        }
    };
    let mut sign_up = SignUp {
        trigger_source: TRIGGERS[below(TRIGGERS.len(), "trigger")].into(),
        region: "eu-west-1".into(),
        user_pool_id: "eu-west-1_EXAMPLE".into(),
        client_id: "1example23456789".into(),
        user_name: value("user name"),
        ..SignUp::default()
    };
    let granted: Vec<&ReadPath> = policy.reads.iter().collect();
    for path in granted.into_iter().take(20) {
        let ReadPath::Entry(member, name) = path else { continue };
        let path = path.to_string();
        let name = match name {
            Name::All => "email",
            Name::One(name) => name,
        };
        // One third of the members is absent.
        if below(3, &format!("presence of {path}")) > 0 {
            sign_up.members[*member].push((name.to_owned().into(), value(&path)));
        }
    }
    sign_up
}

/// Some of the strings in settings.
fn words(settings: &str) -> Vec<String> {
    const MAX: usize = 100;
    // Between quotes, every second part is a string or a key.
    let texts = settings.split('"').skip(1).step_by(2);
    texts.filter(|text| !text.is_empty()).take(MAX).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::Settings;

    /// A policy that denies with this code.
    fn component(engine: &Engine, code: &str) -> Component {
        let text = include_str!("../../../../tests/guests/exports-wizer-initialize.wat");
        let text = text.replace("wizer-initialize", "other").replace("honest", code);
        engine.compile(&wat::parse_str(&text).unwrap()).unwrap()
    }

    #[test]
    fn a_snapshot_that_differs_from_its_component_is_found() {
        let engine = Arc::new(Engine::new(1).unwrap());
        let policy =
            crate::policy_set::loaded_manifest::alone("p.wasm".as_ref(), Settings::default())
                .unwrap();
        let (same, other) = (component(&engine, "honest"), component(&engine, "hidden"));
        let fuel = engine.check_settings(&same, &policy.limits, "{}").unwrap().fuel;
        let differs = |configured: &Component, fuel: u64| {
            difference(&engine, &policy, &same, (configured, Snapshot { fuel }), &[])
        };
        // The component has no start function, so instantiating it takes no fuel.
        assert_eq!(differs(&same, fuel), None);
        let found = differs(&other, fuel);
        assert_eq!(found.as_deref(), Some("different answers to the same sign-up"));
        let found = differs(&same, fuel + 1).unwrap();
        assert!(found.starts_with("the same sign-up takes "), "{found}");
    }

    /// A policy with a slow `configure` would time out in review, but not in the function.
    #[test]
    fn a_slow_configure_is_a_difference() {
        let engine = Arc::new(Engine::new(1).unwrap());
        let mut policy =
            crate::policy_set::loaded_manifest::alone("p.wasm".as_ref(), Settings::default())
                .unwrap();
        policy.limits.time = admit_core::Time::from_millis(20);
        policy.limits.fuel = 10_000_000_000;
        // Fills memory for several hundred milliseconds.
        let configure = "(func $configure (type $configure) (local $n i32)
            (loop $again
                (memory.fill (i32.const 4096) (i32.const 0) (i32.const 60000))
                (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                    (i32.const 60000))))
            (i32.const 2048))";
        let text = include_str!("../../../../tests/guests/exports-wizer-initialize.wat");
        let quick = "(func $configure (type $configure) (i32.const 2048))";
        assert!(text.contains(quick));
        let text = text.replace("wizer-initialize", "other").replace(quick, configure);
        let slow = engine.compile(&wat::parse_str(&text).unwrap()).unwrap();
        // With a snapshot, the policy is not configured again.
        let found = difference(&engine, &policy, &slow, (&slow, Snapshot { fuel: 0 }), &[]);
        assert!(found.unwrap().contains("raise `limits.time`"));
    }

    #[test]
    fn generated_sign_ups_have_granted_members_and_values_from_settings() {
        let settings = serde_json::json!({ "domains": ["one.example"] });
        let settings = Settings::from(settings.as_object().unwrap().clone());
        let policy =
            crate::policy_set::loaded_manifest::alone("p.wasm".as_ref(), settings).unwrap();
        let all: Vec<SignUp<'_>> =
            (0..GENERATED).map(|number| generated(number, &policy)).collect();
        let has = |value: &str| {
            all.iter().any(|sign_up| {
                sign_up.members[Member::UserAttributes].iter().any(|(_, one)| one == value)
            })
        };
        assert!(has("mary@one.example") && has("one.example") && has(""), "{all:?}");
        assert!(all.iter().any(|sign_up| sign_up.members[Member::UserAttributes].is_empty()));
        assert_eq!(generated(7, &policy), generated(7, &policy));
    }
}
