//! A function that has a small part of a processor, as one of 128 MB has on Lambda.

use admit_tests::{Bundle, HostileRun, Lambda, component};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Stops and continues a process in turn, as Linux does with a quota.
struct Throttle(Child, String);

const SCRIPT: &str = "while kill -STOP $0; do sleep $1; kill -CONT $0; sleep $2; done";

impl Throttle {
    fn of(process: u32, stopped: &str, running: &str) -> Throttle {
        let process = process.to_string();
        let args = ["-c", SCRIPT, &process, stopped, running];
        let child = Command::new("sh").args(args).spawn().unwrap();
        Throttle(child, process)
    }
}

impl Drop for Throttle {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
        let _ = Command::new("kill").args(["-CONT", &self.1]).status();
    }
}

/// Policies that do not end are stopped in time for those after them, and for one that needs more of
/// the processor than its first share has.
#[test]
fn loops_leave_a_healthy_policy_its_share_on_a_throttled_processor() {
    let puppet = component("puppet");
    let policy = |id: &str, settings: &str| {
        format!(
            "[[policy]]\nid = \"{id}\"\ncomponent = {puppet:?}\nreads = []\n\
             verdicts = [\"confirm\"]\non-failure = \"abstain\"\nsettings = {{ {settings} }}\n\
             limits = {{ fuel = 10_000_000_000, time = \"2s\" }}\n"
        )
    };
    let loops = (0..6).map(|number| policy(&format!("loops-{number}"), "spin = 9_000_000_000"));
    let healthy = policy("healthy", "confirm = \"grant\"");
    let bundle = Bundle::with(&(loops.collect::<String>() + &healthy));
    let mut lambda = Lambda::start(&bundle.path());
    // Everything is loaded before.
    lambda.invoke(HostileRun::sign_up("client"));
    lambda.decision_line();
    // The second is stopped for so long that it takes itself for frozen.
    for (stopped, running, most) in [("0.043", "0.004", 5), ("0.150", "0.011", 9)] {
        let throttle = Throttle::of(lambda.process(), stopped, running);
        let started = Instant::now();
        lambda.invoke_within(HostileRun::sign_up("client"), Duration::from_secs(20));
        let took = started.elapsed();
        let record = lambda.decision_line();
        let policies = record["policies"].as_array().unwrap();
        let (healthy, loops) = policies.split_last().unwrap();
        assert_eq!(healthy["opinion"], "allow", "{record}");
        assert!(loops.iter().all(|policy| policy["kind"] == "budget"), "{record}");
        // The budget is 2 s, and what is left by the wall 4 s; what the process writes and reads
        // takes long as well.
        assert!(took < Duration::from_secs(most), "{took:?}");
        drop(throttle);
    }
}
