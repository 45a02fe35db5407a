//! regorus, with the rule in Rego and the list in its data.

use super::{Candidate, DOMAINS, Kind, Verdict, View};
use admit_core::SignUp;
use anyhow::bail;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use serde_json::json;
use std::collections::BTreeMap;

const RULE: &str = include_str!("../../rules/sign_up.rego");
const DENY: &str = "data.sign_up.deny";

pub(super) fn candidates() -> anyhow::Result<[Candidate; 4]> {
    let data = json!({ "domains": DOMAINS }).to_string();
    let prepared = prepare(&data)?;
    let mut reused = prepared.clone();
    let compiled = prepared.clone().compile_with_entrypoint(&DENY.into())?;
    let mut machine = RegoVM::new();
    machine.load_program(Compiler::compile_from_policy(&compiled, &[DENY])?);
    machine.set_data(Value::from_json_str(&data)?)?;
    Ok([
        Candidate::new("regorus", Kind::Language, "parsed anew each time", move |sign_up| {
            decide(&mut prepare(&data)?, sign_up)
        }),
        Candidate::new("regorus", Kind::Language, "a clone each time", move |sign_up| {
            decide(&mut prepared.clone(), sign_up)
        }),
        Candidate::new("regorus", Kind::Language, "one engine, used again", move |sign_up| {
            decide(&mut reused, sign_up)
        }),
        Candidate::new("regorus", Kind::Language, "one Rego VM, used again", move |sign_up| {
            machine.set_input(input(sign_up));
            verdict(machine.execute()?)
        }),
    ])
}

/// An engine that is ready for its first sign-up.
fn prepare(data: &str) -> anyhow::Result<Engine> {
    let mut engine = Engine::new();
    engine.add_policy("sign_up.rego".to_owned(), RULE.to_owned())?;
    engine.add_data(Value::from_json_str(data)?)?;
    Ok(engine)
}

fn decide(engine: &mut Engine, sign_up: &SignUp<'_>) -> anyhow::Result<Verdict> {
    engine.set_input(input(sign_up));
    verdict(engine.eval_rule(DENY.to_owned())?)
}

fn verdict(denial: Value) -> anyhow::Result<Verdict> {
    match denial {
        Value::Undefined => Ok(Verdict::Allow),
        Value::Object(_) => Ok(Verdict::Deny),
        other => bail!("`deny` is {other}"),
    }
}

/// Without the detour of JSON.
fn input(sign_up: &SignUp<'_>) -> Value {
    let View { trigger_source, region, user_pool_id, client_id, user_attributes } =
        View::of(sign_up);
    let email = user_attributes.email.map(|email| ("email".into(), email.into()));
    Value::from(BTreeMap::<Value, Value>::from([
        ("triggerSource".into(), trigger_source.into()),
        ("region".into(), region.into()),
        ("userPoolId".into(), user_pool_id.into()),
        ("clientId".into(), client_id.into()),
        ("userAttributes".into(), email.into_iter().collect::<BTreeMap<Value, Value>>().into()),
    ]))
}
