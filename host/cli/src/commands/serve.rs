//! `admit serve`: runs the trigger locally.

use crate::exit_status::ExitStatus;
use crate::output::printer;
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

/// Run the trigger locally, reloading on change
///
/// Listens on 127.0.0.1 and implements Lambda's Invoke API for a function of any name, so that an
/// emulator of Cognito, an AWS SDK or the AWS CLI can invoke it. When the manifest, a component or a
/// policy project changes, the policies are built and loaded again; if that fails, the error is
/// shown and the previous policies stay in use.
///
/// Only programs on this machine are served: a request to another Host name, or from a web page in a
/// browser, is rejected.
///
/// Writes the log of the function to standard output, and respects the same variables: ADMIT_LOG,
/// ADMIT_RECORD, ADMIT_METRICS, ADMIT_METRICS_NAMESPACE, ADMIT_USER_NAME_KEY.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  admit serve --manifest plugins/admit.toml
  aws lambda invoke --endpoint-url http://127.0.0.1:3001 --function-name admit \\
    --cli-binary-format raw-in-base64-out --payload file://tests/events/sign-up.json answer.json")]
pub(crate) struct Args {
    /// Manifest
    #[arg(long, value_name = "FILE", default_value = MANIFEST)]
    manifest: PathBuf,
    /// Port to listen on; 0 for any free port
    #[arg(long, default_value_t = 3001)]
    port: u16,
    /// Additional host name to accept, such as host.docker.internal for an emulator in a container;
    /// with a port if it differs, as behind a tunnel
    #[arg(long, value_name = "NAME", value_parser = invoke_api::name)]
    host: Vec<String>,
}

/// Variables that are read by other parts of `admit`.
const ELSEWHERE: [&str; 2] = ["ADMIT_BUNDLE", "ADMIT_CACHE"];

impl Args {
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
                format!(
                    "cannot listen on {address}; use --port for another port, 0 for any free one"
                )
            })?;
            // Telemetry logs the start, so it begins only once the port is known to be free.
            let telemetry = Telemetry::start(env::vars_os(), &ELSEWHERE);
            let trigger = Arc::new(ReloadingTrigger::start(self.manifest, telemetry)?);
            let watched = Arc::clone(&trigger);
            thread::spawn(move || watched.reload_on_change());
            let address = listener.local_addr()?;
            let url = format!("http://{address}");
            printer::say(&format!("listening on {url}{}", invoke_api::path("admit")));
            let names = Names::new(address, self.host);
            match InvokeApi::new(trigger, names).serve(listener).await {}
        })
    }
}
