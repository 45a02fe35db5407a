//! A hostile guest in the function, and what it costs.

use crate::{Answer, Bundle, Lambda, event};
use admit_engine::InvalidComponent;
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

/// A hostile guest in the function, beside a healthy policy.
pub struct HostileRun {
    lambda: Lambda,
    /// Keeps the bundle until the end.
    _bundle: Bundle,
}

/// The outcome of one hostile sign-up.
pub struct Finding {
    /// The answer of the function.
    pub answer: Answer,
    /// The records of the hostile policies.
    pub records: Vec<Value>,
    /// The lines with its own words.
    pub notes: Vec<Value>,
    /// From the invocation to the answer.
    pub time: Duration,
}

/// The app client whose sign-ups the hostile policy is asked about.
const ONE: &str = "one";
/// The app client whose sign-ups eight such policies are asked about.
const EIGHT: &str = "eight";

impl HostileRun {
    /// Starts the function with a guest, under the default limits but for these.
    pub fn of(guest: &str, limits: &str) -> Result<HostileRun, InvalidComponent> {
        let manifest: String = (1..=8)
            .map(|number| {
                let clients = if number == 1 { [ONE, EIGHT] } else { [EIGHT, EIGHT] };
                format!(
                    "[[policy]]\nid = \"hostile-{number}\"\ncomponent = {guest:?}\n\
                     reads = [\"userName\"]\nlimits = {{ {limits} }}\n\
                     verdicts = [\"confirm\", \"verify-email\", \"verify-phone\", \"deny\"]\n\
                     applies-to = {{ clients = {clients:?} }}\n"
                )
            })
            .collect();
        let healthy = "[[policy]]\nid = \"healthy\"\ncomponent = \"grants-everything\"\n\
                       reads = []\nverdicts = [\"confirm\"]\n";
        let bundle = Bundle::unchecked(&(manifest + healthy))?;
        let mut run = HostileRun { lambda: Lambda::start(&bundle.path()), _bundle: bundle };
        run.check_health();
        Ok(run)
    }

    /// Decides a good sign-up, which no hostile policy is asked about.
    pub fn check_health(&mut self) {
        let confirmed = HostileRun::sign_up("healthy").replacen("false", "true", 1);
        assert_eq!(self.lambda.invoke(HostileRun::sign_up("healthy")), Answer::Response(confirmed));
        self.lambda.decision_line();
    }

    /// Decides one sign-up with the hostile policy.
    pub fn one(&mut self) -> Finding {
        self.decide(ONE)
    }

    /// Decides one sign-up with eight of the hostile policy.
    pub fn eight(&mut self) -> Finding {
        self.decide(EIGHT)
    }

    /// The sign-up that an app client sends.
    pub fn sign_up(client: &str) -> String {
        let event = event("sign-up.json");
        let given: Value = serde_json::from_str(&event).unwrap();
        event.replace(given["callerContext"]["clientId"].as_str().unwrap(), client)
    }

    /// Bytes of memory at the peak of something, above what the process had before it.
    pub fn peak_of<T>(&mut self, run: impl FnOnce(&mut HostileRun) -> T) -> (T, u64) {
        let process = self.lambda.process();
        let idle = memory(process, "VmRSS:");
        // Makes what it has now its peak.
        fs::write(format!("/proc/{process}/clear_refs"), "5").expect("the process lives");
        let result = run(self);
        (result, memory(process, "VmHWM:").saturating_sub(idle))
    }

    fn decide(&mut self, client: &str) -> Finding {
        let started = Instant::now();
        let answer = self.lambda.invoke(HostileRun::sign_up(client));
        let time = started.elapsed();
        let mut notes = Vec::new();
        let line = loop {
            match self.lambda.log_line() {
                line if line["type"] == "note" => notes.push(line),
                line if line["type"] == "not-loaded" || line["type"] == "not-configured" => {}
                line => break line,
            }
        };
        assert_eq!(line["type"], "decision", "{line}");
        let mut records = line["policies"].as_array().expect("records").clone();
        // The healthy one grants and is counted.
        let healthy = records.pop().expect("the healthy policy");
        assert_eq!(healthy["policy"], "healthy");
        let vote = json!({ "flag": "confirm", "vote": "grant", "counted": true });
        assert_eq!(healthy["votes"][0], vote);
        Finding { answer, records, notes, time }
    }
}

/// The memory of a process, in bytes, from a line of the kernel such as `VmRSS:`.
pub fn memory(process: u32, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it lives");
    let line = status.lines().find_map(|found| found.strip_prefix(line)).expect("a line");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib << 10
}
