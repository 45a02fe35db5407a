//! `bootstrap-network`: the Lambda function with a network client, for look-ups and links.

use admit_services::UserPools;
use std::hint::black_box;
use std::process::ExitCode;

/// The text by which `admit bundle` recognises a bootstrap with a network client.
const MARK: &str = "admit-network-client\n";

fn main() -> ExitCode {
    // Otherwise the compiler would remove it.
    black_box(MARK);
    admit_lambda::run(|| Ok(Box::new(UserPools::from_environment()?)))
}
