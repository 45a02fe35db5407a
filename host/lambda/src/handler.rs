//! Passes requests of the Runtime API to the trigger.

use crate::invocation::Bytes;
use admit_cognito::FunctionError;
use admit_core::Size;
use admit_engine::{Engine, bundle};
use admit_trigger::{Request, Services, Telemetry, Trigger};
use lambda_runtime::{Context, Diagnostic};
use serde_json::value::RawValue;
use std::env;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The part of Lambda's time that is reserved for sending the answer.
const RESERVE: Duration = Duration::from_millis(200);

/// Passes the requests of Lambda to the trigger.
pub(crate) struct Handler {
    trigger: Trigger,
    concurrency: u32,
}

/// An error of the function, in the form that the runtime library expects.
#[derive(Debug)]
pub(crate) struct Denied(FunctionError);

impl From<Denied> for Diagnostic {
    fn from(Denied(error): Denied) -> Diagnostic {
        Diagnostic { error_type: error.error_type.to_owned(), error_message: error.error_message }
    }
}

impl Handler {
    /// Loads a bundle, and logs the policies that cannot run.
    pub(crate) fn load(
        folder: &Path,
        concurrency: u32,
        telemetry: Telemetry,
        services: impl FnOnce() -> anyhow::Result<Box<dyn Services>>,
    ) -> anyhow::Result<Handler> {
        let (policies, bundle) = bundle::load(Engine::new(concurrency)?, folder)?;
        let services = policies.needs_services().then(services).transpose()?;
        let mut trigger = Trigger::new(policies, Some(bundle), concurrency, telemetry);
        if let Some(services) = services {
            trigger = trigger.with_services(services);
        }
        let memory = env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok();
        if let Some(mib) = memory.and_then(|mib| mib.parse().ok()) {
            trigger.warn_of_little_memory(Size::from_mib(mib), concurrency);
        }
        Ok(Handler { trigger, concurrency })
    }

    /// Answers an event; `None` stands for one that is too large.
    pub(crate) async fn answer(
        self: Arc<Handler>,
        event: Option<Bytes>,
        context: Context,
    ) -> Result<Box<RawValue>, Denied> {
        let concurrency = self.concurrency;
        let decide = move || {
            self.trigger.answer(&Request {
                id: &context.request_id,
                event: event.as_deref(),
                left: time_left(&context),
            })
        };
        let answer = match concurrency {
            1 => decide(),
            // A policy may compute until its deadline, so it runs on a thread of its own and does
            // not block other requests.
            _ => tokio::task::spawn_blocking(decide)
                .await
                .unwrap_or_else(|_| Err(FunctionError::host_failure())),
        };
        let answer = answer.map_err(Denied)?;
        RawValue::from_string(answer).map_err(|_| Denied(FunctionError::host_failure()))
    }
}

fn time_left(context: &Context) -> Duration {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    left.saturating_sub(RESERVE)
}
