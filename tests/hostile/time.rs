//! Guests that never end, or that have the host work for them.

use super::outcome::{MAX_TIME, check_refusal, fails, fails_under, out_of_fuel};
use admit_tests::{Bundle, HostileRun, Lambda};
use serde_json::json;

#[test]
fn loops_in_evaluate() {
    out_of_fuel("loops-in-evaluate", "evaluate");
}

#[test]
fn loops_in_configure() {
    out_of_fuel("loops-in-configure", "configure");
}

#[test]
fn loops_in_start() {
    out_of_fuel("loops-in-start", "instantiate");
}

#[test]
fn loops_in_realloc() {
    out_of_fuel("loops-in-realloc", "configure");
}

#[test]
fn loops_after_evaluate() {
    out_of_fuel("loops-after-evaluate", "evaluate");
}

#[test]
fn loops_after_configure() {
    out_of_fuel("loops-after-configure", "configure");
}

#[test]
fn loops_in_destructor() {
    out_of_fuel("loops-in-destructor", "evaluate");
}

#[test]
fn fills_memory_forever() {
    out_of_fuel("fills-memory-forever", "evaluate");
}

#[test]
fn fills_60_mib_forever() {
    let reason =
        "needed more than 16MiB of memory in `instantiate`; `limits.memory` allows no more";
    fails("fills-60-mib-forever", "memory", "instantiate", reason);
}

#[test]
fn fills_table_forever() {
    out_of_fuel("fills-table-forever", "evaluate");
}

#[test]
fn logs_forever() {
    let reason = "stopped after 20ms in `evaluate`; `limits.time` allows no more";
    fails_under("time = \"20ms\"", "logs-forever", "deadline", "evaluate", reason);
}

/// Eight that are hostile in different ways, all in one decision.
#[test]
fn eight_hostile_policies_keep_to_the_budget() {
    let guests = [
        "loops-in-evaluate",
        "loops-in-configure",
        "loops-after-evaluate",
        "loops-in-realloc",
        "logs-forever",
        "grows-memory-and-answers",
        "recurses",
        "denies-with-1-mb",
    ];
    let limits = "limits = { fuel = 10_000_000_000, time = \"2s\" }";
    let manifest: String = guests
        .iter()
        .map(|guest| {
            format!(
                "[[policy]]\nid = {guest:?}\ncomponent = {guest:?}\nreads = []\n\
                 verdicts = [\"deny\"]\n{limits}\n"
            )
        })
        .collect();
    let bundle = Bundle::unchecked(&manifest).unwrap();
    let mut lambda = Lambda::start(&bundle.path());
    let started = std::time::Instant::now();
    check_refusal(&lambda.invoke(HostileRun::sign_up("client")));
    assert!(started.elapsed() < MAX_TIME, "{:?}", started.elapsed());
    let line = lambda.decision_line();
    let took = line["microseconds"].as_u64().unwrap();
    // The budget, and the 50 ms that one may be late.
    assert!(took < 2_050_000, "{took}");
    let kinds: Vec<_> = line["policies"].as_array().unwrap().iter().map(|p| &p["kind"]).collect();
    assert_eq!(
        json!(kinds),
        json!(["budget", "budget", "budget", "budget", "budget", null, "trap", "malformed"])
    );
}
