//! `admit serve`: answers sign-ups on this machine.

use crate::exit_status::ExitStatus;
use crate::policy_set::loaded_manifest::MANIFEST;
use crate::serve::invoke_api::{self, InvokeApi, Names};
use crate::serve::reloading_trigger::ReloadingTrigger;
use admit_trigger::Telemetry;
use anyhow::Context;
use std::env;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use tokio::net::TcpListener;
use tokio::runtime;

/// Answer sign-ups on this machine as the Lambda function would, while policies are written
///
/// Listens on 127.0.0.1 and speaks Lambda's Invoke API for a function of any name, so that an
/// emulator of Cognito, an AWS SDK or the AWS command line can invoke it. When the manifest, a
/// component or the folder of a policy project changes, they are built and loaded anew; if
/// that cannot be done, the error is shown and the policies from before go on deciding.
///
/// Only programs on this machine are answered: a request whose Host is another name, or that the
/// page of a browser sent, is refused.
///
/// Writes to standard output what the function would write to its log, with the same
/// variables: ADMIT_LOG, ADMIT_RECORD, ADMIT_METRICS, ADMIT_METRICS_NAMESPACE,
/// ADMIT_USER_NAME_KEY.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit serve --manifest plugins/admit.toml
  aws lambda invoke --endpoint-url http://127.0.0.1:3001 --function-name admit \\
    --cli-binary-format raw-in-base64-out --payload file://tests/events/sign-up.json answer.json")]
pub(crate) struct Args {
    /// The manifest
    #[arg(long, value_name = "FILE", default_value = MANIFEST)]
    manifest: PathBuf,
    /// The port to listen on; 0 takes any that is free
    #[arg(long, default_value_t = 3001)]
    port: u16,
    /// A further name that requests may be sent to, such as host.docker.internal for an emulator in
    /// a container; with a port where that is another one, such as of a tunnel
    #[arg(long, value_name = "NAME", value_parser = invoke_api::name)]
    host: Vec<String>,
}

/// Variables that other parts of `admit` read.
const ELSEWHERE: [&str; 2] = ["ADMIT_BUNDLE", "ADMIT_CACHE"];

impl Args {
    #[expect(clippy::print_stderr, reason = "standard output is the log of the function")]
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(ReloadingTrigger::CONCURRENCY as usize)
            .enable_all()
            .build()
            .context("cannot start the asynchronous runtime")?;
        runtime.block_on(async {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
            let listener = TcpListener::bind(address).await;
            let listener = listener.with_context(|| {
                format!("cannot listen on {address}; --port takes another, 0 any that is free")
            })?;
            // After the port is known to be free: this says in the log that somebody decides.
            let telemetry = Telemetry::start(env::vars_os(), &ELSEWHERE);
            let live = Arc::new(ReloadingTrigger::start(self.manifest, telemetry)?);
            let following = Arc::clone(&live);
            thread::spawn(move || following.follow());
            let address = listener.local_addr()?;
            let url = format!("http://{address}");
            eprintln!("listening on {url}{}", invoke_api::path("admit"));
            let names = Names::new(address, self.host);
            match InvokeApi::new(live, names).serve(listener).await {}
        })
    }
}
