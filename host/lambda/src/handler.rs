use crate::journal::{self, DecisionLine};
use admit_cognito::{Event, FunctionError, Reply};
use admit_core::Size;
use admit_engine::{Engine, PolicySet, bundle};
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde_json::value::RawValue;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// What Lambda's time leaves for sending the answer.
const RESERVE: Duration = Duration::from_millis(200);

/// Decides the sign-ups that Lambda hands it.
pub(crate) struct Handler {
    policies: PolicySet,
    concurrency: u32,
}

/// An error of the function, as the runtime library wants it.
#[derive(Debug)]
pub(crate) struct Denied(FunctionError);

impl From<Denied> for Diagnostic {
    fn from(Denied(error): Denied) -> Diagnostic {
        Diagnostic { error_type: error.error_type.to_owned(), error_message: error.error_message }
    }
}

impl Handler {
    /// Loads a bundle, and says in the log which of its policies cannot be asked.
    pub(crate) fn load(folder: &Path, concurrency: u32) -> anyhow::Result<Handler> {
        let (policies, bundle) = bundle::load(Engine::new(concurrency)?, folder)?;
        journal::write(&journal::Started {
            bundle,
            version: env!("CARGO_PKG_VERSION"),
            policies: policies.ids().collect(),
            concurrency,
        });
        warn_of_little_memory(policies.largest_memory(), concurrency);
        for (policy, failure) in policies.unloaded() {
            journal::write(&journal::Unloaded { policy: &policy.id, reason: &failure.to_string() });
        }
        Ok(Handler { policies, concurrency })
    }

    /// Answers one event, which is handed over as text; none is what was no text.
    pub(crate) async fn answer(
        self: Arc<Handler>,
        event: LambdaEvent<Option<String>>,
    ) -> Result<Box<RawValue>, Denied> {
        let LambdaEvent { payload, context } = event;
        let concurrency = self.concurrency;
        let decide = move || {
            // The runtime library would answer a panic with its text.
            let decided = AssertUnwindSafe(|| self.decide(payload.as_deref(), &context));
            catch_unwind(decided).unwrap_or_else(|_| Err(Denied(FunctionError::host_failure())))
        };
        if concurrency == 1 {
            return decide();
        }
        // A policy may compute for as long as its deadline lets it: on a thread of its own
        // it keeps nobody else waiting.
        let decided = tokio::task::spawn_blocking(decide).await;
        decided.unwrap_or_else(|_| Err(Denied(FunctionError::host_failure())))
    }

    fn decide(&self, event: Option<&str>, context: &Context) -> Result<Box<RawValue>, Denied> {
        let started = Instant::now();
        let request_id = context.request_id.as_str();
        let event = match event {
            Some(text) => Event::parse(text.as_bytes()).map_err(|error| error.to_string()),
            None => Err(format!(
                "the event is not UTF-8, or larger than {} KiB",
                Event::MOST_BYTES >> 10
            )),
        };
        let event = event.map_err(|error| {
            journal::write(&journal::InvalidEvent { request_id, error: &error });
            Denied(FunctionError::invalid_event())
        })?;
        let deliberation = self.policies.decide(event.sign_up(), time_left(context));
        journal::write_notes(request_id, &deliberation);
        let line = DecisionLine::new(request_id, &event, &deliberation, started.elapsed());
        journal::write(&line);
        match Reply::new(&event, &deliberation.decision.answer) {
            Reply::Event(answer) => {
                RawValue::from_string(answer).map_err(|_| Denied(FunctionError::host_failure()))
            }
            Reply::Error(error) => Err(Denied(error)),
        }
    }
}

/// What the function takes without any policy running.
const BASE: Size = Size::from_mib(32);

/// What one request takes besides its policies: an event of the largest size, as it is read.
const REQUEST: Size = Size::from_mib(16);

/// Says in the log when policies within their limits could exhaust the function, which Lambda
/// would then end.
fn warn_of_little_memory(largest: Size, concurrency: u32) {
    let has = env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok();
    let Some(has) = has.and_then(|mib| mib.parse().ok()).map(Size::from_mib) else { return };
    let each = largest.bytes().saturating_add(REQUEST.bytes());
    let all = each.saturating_mul(u64::from(concurrency));
    let needs = Size::from_bytes(all.saturating_add(BASE.bytes()));
    if needs > has {
        journal::write(&journal::LittleMemory { needs, has });
    }
}

fn time_left(context: &Context) -> Duration {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    left.saturating_sub(RESERVE)
}
