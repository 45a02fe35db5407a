//! The cost of one sign-up does not affect another: many at once, and a process that is frozen in
//! between.

use admit_core::{Answer as Decided, Flag, Flags, Manifest, SignUp};
use admit_engine::{Engine, PolicySet};
use admit_tests::{Answer, Bundle, HostileRun, Lambda, component, memory};
use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Policies for each app client, each of which has but one component.
fn manifest(clients: &[(&str, &str)]) -> String {
    let policy = |(client, guest): &(&str, &str)| {
        // Looping for as long as it may would make the tests long, and show nothing more.
        let limits = if client.starts_with("loops") { "fuel = 2_000_000" } else { "" };
        format!(
            "[[policy]]\nid = {client:?}\ncomponent = {guest:?}\nreads = []\n\
             verdicts = [\"confirm\", \"deny\"]\napplies-to = {{ clients = [{client:?}] }}\n\
             limits = {{ {limits} }}\n"
        )
    };
    clients.iter().map(policy).collect()
}

/// Hostile in as many ways as there are.
const HOSTILE: [(&str, &str); 9] = [
    ("loops", "loops-in-evaluate"),
    ("loops-early", "loops-in-configure"),
    ("logs", "floods-log"),
    ("grows", "grows-memory"),
    ("touches", "finds-others-memory"),
    ("recurses", "recurses"),
    ("crashes", "unreachable"),
    ("lies", "answers-no-verdict"),
    ("talks", "denies-with-1-mb"),
];

/// Evaluations of a healthy policy beside hostile ones on other threads.
#[test]
fn a_million_healthy_evaluations_beside_hostile_ones() {
    const EVALUATIONS: usize = 1_000_000;
    const HEALTHY_THREADS: usize = 2;
    const HOSTILE_THREADS: usize = 2;
    let clients: Vec<_> = HOSTILE.into_iter().chain([("healthy", "grants-everything")]).collect();
    let manifest = Manifest::from_toml("admit.toml", &manifest(&clients)).unwrap();
    let engine = Engine::new(16).unwrap();
    let policies = PolicySet::new(engine, manifest, |engine, policy| {
        let bytes = fs::read(component(&policy.component)).unwrap();
        Ok(engine.compile(&bytes).unwrap())
    });
    let decide = |client: &str| {
        let sign_up = SignUp { client_id: client.into(), ..SignUp::default() };
        policies.decide(&sign_up, Duration::from_secs(4)).decision.answer
    };
    let confirmed = Decided::Admit(Flags::default().with(Flag::Confirm, true).into());
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..HOSTILE_THREADS {
            scope.spawn(|| {
                for (client, _) in HOSTILE.iter().cycle() {
                    let answer = decide(client);
                    let admitted = matches!(answer, Decided::Admit(_));
                    assert_eq!(admitted, ["logs", "touches"].contains(client), "{client}");
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        let healthy: Vec<_> = (0..HEALTHY_THREADS)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..EVALUATIONS / HEALTHY_THREADS {
                        assert_eq!(decide("healthy"), confirmed);
                    }
                })
            })
            .collect();
        let ended: Vec<_> = healthy.into_iter().map(thread::ScopedJoinHandle::join).collect();
        over.store(true, Ordering::Relaxed);
        assert!(ended.iter().all(Result::is_ok));
    });
}

/// 64 requests at once, good and hostile mixed, in one process.
#[test]
fn a_hundred_thousand_requests_sixty_four_at_a_time() {
    const REQUESTS: usize = 100_000;
    const AT_ONCE: usize = 64;
    const PARTS: usize = 5;
    /// Every eighth is hostile.
    const HOSTILE_EVERY: usize = 8;
    let clients: Vec<_> = HOSTILE.into_iter().chain([("healthy", "grants-everything")]).collect();
    let bundle = Bundle::unchecked(&manifest(&clients)).unwrap();
    let mut lambda = Lambda::start_many(&bundle.path(), AT_ONCE);
    let process = lambda.process();
    let confirmed = HostileRun::sign_up("healthy").replacen("false", "true", 1);
    let events: HashMap<&str, String> =
        clients.iter().map(|(client, _)| (*client, HostileRun::sign_up(client))).collect();
    let client = |number: usize| match number % HOSTILE_EVERY {
        0 => HOSTILE[number / HOSTILE_EVERY % HOSTILE.len()].0,
        _ => "healthy",
    };
    let mut check = |from: usize, until: usize| {
        let numbers: Vec<usize> = (from..until).collect();
        for (number, answer) in lambda
            .invoke_at_once(AT_ONCE, numbers.iter().map(|number| events[client(*number)].as_str()))
            .enumerate()
        {
            match (client(from + number), answer) {
                ("healthy", answer) => assert_eq!(answer, Answer::Response(confirmed.clone())),
                (client @ ("logs" | "touches"), answer) => {
                    assert_eq!(answer, Answer::Response(events[client].clone()));
                }
                (client, Answer::Error(error)) => {
                    assert!(error.contains("could not be checked"), "{client}: {error}");
                }
                (client, answer) => panic!("{client}: {answer:?}"),
            }
        }
    };
    // A thread keeps the half MiB of stack that a guest once used up, and some meet such a guest late.
    // A leak would show in every part.
    let mut sizes = vec![];
    for _ in 0..PARTS {
        check(0, REQUESTS / PARTS);
        sizes.push(memory(process, "VmRSS:"));
    }
    assert_eq!(lambda.most_at_once(), AT_ONCE);
    let peak = memory(process, "VmHWM:");
    let grows = |pair: &[u64]| pair[1] > pair[0] + 1_000_000;
    assert!(!sizes.windows(2).all(grows), "grows: {sizes:?}");
    assert!(peak < MAX_MEMORY, "peak of {peak} bytes");
    println!("{sizes:?}, at the peak {peak} bytes");
}

/// The most memory of a process that decides 64 sign-ups at once: for each the 16 MiB that
/// it may take and the half MiB of a thread's stack, and what the process takes itself.
const MAX_MEMORY: u64 = (64 * (16 << 20)) + (64 << 19) + (32 << 20);

/// Lambda freezes the process between requests, and may do so in the middle of one.
#[test]
fn a_frozen_process_stops_no_healthy_policy() {
    let puppet = component("puppet");
    // Some tens of milliseconds of work, of a limit of 400 ms.
    let manifest = format!(
        "[[policy]]\nid = \"p\"\ncomponent = {puppet:?}\nreads = []\nverdicts = [\"confirm\"]\n\
         settings = {{ confirm = \"grant\", spin = 30_000_000 }}\n\
         limits = {{ fuel = 10_000_000_000, time = \"400ms\" }}\n"
    );
    let bundle = Bundle::with(&format!("budget = \"1s\"\n{manifest}"));
    let mut lambda = Lambda::start(&bundle.path());
    let process = lambda.process().to_string();
    let signal = |name: &str| {
        assert!(Command::new("kill").args([name, &process]).status().unwrap().success());
    };
    let event = HostileRun::sign_up("client");
    let confirmed = Answer::Response(event.replacen("false", "true", 1));
    assert_eq!(lambda.invoke(event.clone()), confirmed);
    lambda.decision_line();
    let mut frozen = false;
    // Longer than the budget, at a different place of the work each time.
    for pause in [1, 5, 10, 20, 30] {
        let answered = lambda.send(event.clone());
        thread::sleep(Duration::from_millis(pause));
        signal("-STOP");
        thread::sleep(Duration::from_millis(1_500));
        signal("-CONT");
        assert_eq!(answered.recv_timeout(Duration::from_secs(20)).unwrap(), confirmed);
        let line = lambda.decision_line();
        let took = line["policies"][0]["microseconds"].as_u64().unwrap();
        frozen |= took > 1_400_000;
    }
    assert!(frozen, "no policy was running when the process was frozen");
}
