//! The pre sign-up trigger of a Cognito user pool, as a Lambda function.
//!
//! It loads a bundle once, from the folder that `ADMIT_BUNDLE` names or else from `bundle` beside
//! the executable, and then answers the events of Lambda.

mod handler;
mod init;
mod invocation;

use admit_trigger::{Services, Telemetry};
use anyhow::{Context, anyhow, bail};
use handler::Handler;
use invocation::RawEventLayer;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use std::env;
use std::hint::black_box;
use std::panic::{self, Location};
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::sync::Arc;
use tokio::runtime;

/// The text by which `admit bundle` recognises a bootstrap of its own version. It ends with a
/// newline, since the linker places other texts directly after it.
const MARK: &str = concat!("admit-bootstrap/", env!("CARGO_PKG_VERSION"), "\n");

/// Runs the function until Lambda ends the process.
///
/// `services` creates the services for look-ups and links, if the manifest needs them.
pub fn run(services: impl FnOnce() -> anyhow::Result<Box<dyn Services>>) -> ExitCode {
    // Otherwise the compiler would remove it.
    black_box(MARK);
    let telemetry = Telemetry::start(env::vars_os(), &[BUNDLE]);
    exit_on_panic_of_the_runtime_library();
    match serve(telemetry, services) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            admit_trigger::log_error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Exits the process if the runtime library panics.
///
/// If Lambda answers the request for an event with a status of 403 or 500, the process is expected
/// to exit, and Lambda starts another one. The runtime library panics instead, since there is no
/// event; with concurrent requests that would only end one worker after the other.
fn exit_on_panic_of_the_runtime_library() {
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let is_of_library = |place: &Location<'_>| place.file().contains("/lambda_runtime");
        if !panic.location().is_some_and(is_of_library) {
            return default_hook(panic);
        }
        admit_trigger::log_error(
            "the runtime library panicked: Lambda sent no event, perhaps with a status of 403 or \
             500; the process exits, and Lambda starts another",
        );
        process::exit(1);
    }));
}

fn serve(
    telemetry: Telemetry,
    services: impl FnOnce() -> anyhow::Result<Box<dyn Services>>,
) -> anyhow::Result<()> {
    check_environment()?;
    let concurrency = concurrency();
    // With one request at a time, a second thread would be of no use.
    let runtime = match concurrency {
        1 => runtime::Builder::new_current_thread().enable_all().build(),
        many => runtime::Builder::new_multi_thread()
            .max_blocking_threads(many as usize)
            .enable_all()
            .build(),
    };
    runtime.context("cannot start the asynchronous runtime")?.block_on(async {
        let load = |folder: PathBuf| Handler::load(&folder, concurrency, telemetry, services);
        let handler = match bundle().and_then(load) {
            Ok(handler) => Arc::new(handler),
            Err(error) => {
                init::report().await;
                return Err(error);
            }
        };
        let answer = service_fn(move |event: LambdaEvent<()>| {
            Arc::clone(&handler).answer(invocation::take_event(), event.context)
        });
        let runtime = Runtime::new(answer).layer(RawEventLayer);
        // The message of the library may contain text from the caller of the function.
        runtime.run_concurrent().await.map_err(|_| {
            anyhow!("the runtime library failed: it could not read or answer a request")
        })
    })
}

const BUNDLE: &str = "ADMIT_BUNDLE";
const MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// Checks the variables that the runtime library requires.
fn check_environment() -> anyhow::Result<()> {
    let needed = [
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_FUNCTION_NAME",
        MEMORY,
        "AWS_LAMBDA_FUNCTION_VERSION",
    ];
    if let Some(name) = needed.into_iter().find(|name| env::var_os(name).is_none()) {
        bail!(
            "this is the bootstrap of a Lambda function and only runs in Lambda: {name} is not \
             set; use `admit eval` to decide on a sign-up without Lambda"
        );
    }
    // The library panics if a value is not UTF-8.
    if let Some(name) = needed.into_iter().find(|name| env::var(name).is_err()) {
        bail!("{name} is not valid UTF-8");
    }
    if env::var(MEMORY).is_ok_and(|mib| mib.parse::<u32>().is_err()) {
        bail!("{MEMORY} must be a number of MiB");
    }
    Ok(())
}

/// The maximum number of concurrent requests; others wait. Each one reserves the address space that
/// a sandbox may need, which is limited.
const MAX_CONCURRENCY: u32 = 1_000;

/// Returns the number of requests that Lambda sends at once: one, except with Managed Instances.
fn concurrency() -> u32 {
    let value = env::var("AWS_LAMBDA_MAX_CONCURRENCY").ok().and_then(|value| value.parse().ok());
    value.unwrap_or(1).clamp(1, MAX_CONCURRENCY)
}

fn bundle() -> anyhow::Result<PathBuf> {
    if let Some(folder) = env::var_os(BUNDLE).filter(|folder| !folder.is_empty()) {
        return Ok(folder.into());
    }
    let bootstrap = env::current_exe().context("cannot determine the path of the bootstrap")?;
    Ok(bootstrap.with_file_name("bundle"))
}
