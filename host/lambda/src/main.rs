//! `bootstrap`: the pre sign-up trigger of a Cognito user pool, as a Lambda function.
//!
//! It loads a bundle once, from the folder that `ADMIT_BUNDLE` names or else `bundle`
//! beside itself, and then decides every sign-up that Lambda hands it.

mod handler;
mod init;
mod invocation;

use admit_trigger::Telemetry;
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

/// By this `admit bundle` knows the bootstrap of its own version from other programs. It has an end,
/// since the linker puts other texts right behind it.
const MARK: &str = concat!("admit-bootstrap/", env!("CARGO_PKG_VERSION"), "\n");

fn main() -> ExitCode {
    // Else the compiler would leave it out.
    black_box(MARK);
    let telemetry = Telemetry::start(env::vars_os(), &[BUNDLE]);
    end_where_the_library_panics();
    match run(telemetry) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            admit_trigger::say_error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Where Lambda answers the question for an event with a status of 403 or 500, it asks that the
/// process ends, and starts another; the runtime library panics, since there is no event. With
/// several requests at once that would be the end of one worker after the other.
fn end_where_the_library_panics() {
    let of_others = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let is_of_library = |place: &Location<'_>| place.file().contains("/lambda_runtime");
        if !panic.location().is_some_and(is_of_library) {
            return of_others(panic);
        }
        admit_trigger::say_error(
            "the runtime library could not go on: Lambda sent no event where there should be one, as \
             with a status of 403 or 500; the process ends, and Lambda starts another",
        );
        process::exit(1);
    }));
}

fn run(telemetry: Telemetry) -> anyhow::Result<()> {
    check_environment()?;
    let concurrency = concurrency();
    // Where one request comes at a time, a second thread would only be handed it.
    let runtime = match concurrency {
        1 => runtime::Builder::new_current_thread().enable_all().build(),
        many => runtime::Builder::new_multi_thread()
            .max_blocking_threads(many as usize)
            .enable_all()
            .build(),
    };
    runtime.context("cannot start the asynchronous runtime")?.block_on(async {
        let load = |folder: PathBuf| Handler::load(&folder, concurrency, telemetry);
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
        // What the library says may be what whoever invoked the function said.
        runtime.run_concurrent().await.map_err(|_| {
            anyhow!("the runtime library gave up: it could not read or answer a request")
        })
    })
}

const BUNDLE: &str = "ADMIT_BUNDLE";
const MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// The runtime library takes these for granted.
fn check_environment() -> anyhow::Result<()> {
    let needed = [
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_FUNCTION_NAME",
        MEMORY,
        "AWS_LAMBDA_FUNCTION_VERSION",
    ];
    if let Some(name) = needed.into_iter().find(|name| env::var_os(name).is_none()) {
        bail!(
            "this is the bootstrap of a Lambda function and runs in one only: {name} is not set; \
             `admit eval` decides a sign-up without Lambda"
        );
    }
    // The library panics at what it cannot read.
    if let Some(name) = needed.into_iter().find(|name| env::var(name).is_err()) {
        bail!("{name} is no text");
    }
    if env::var(MEMORY).is_ok_and(|mib| mib.parse::<u32>().is_err()) {
        bail!("{MEMORY} is no number of MiB");
    }
    Ok(())
}

/// The most requests that are decided at once; others wait. The addresses that a sandbox
/// may need are reserved for each, and there are only so many.
const MAX_AT_ONCE: u32 = 1_000;

/// How many requests Lambda sends at once: one, but for Managed Instances.
fn concurrency() -> u32 {
    let many = env::var("AWS_LAMBDA_MAX_CONCURRENCY").ok().and_then(|many| many.parse().ok());
    many.unwrap_or(1).clamp(1, MAX_AT_ONCE)
}

fn bundle() -> anyhow::Result<PathBuf> {
    if let Some(folder) = env::var_os(BUNDLE).filter(|folder| !folder.is_empty()) {
        return Ok(folder.into());
    }
    let bootstrap = env::current_exe().context("cannot tell where the bootstrap is")?;
    Ok(bootstrap.with_file_name("bundle"))
}
