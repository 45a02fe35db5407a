//! `bootstrap`: the Lambda function without a network client, for manifests without look-ups.

use std::process::ExitCode;

fn main() -> ExitCode {
    admit_lambda::run(|| {
        anyhow::bail!(
            "the manifest has look-ups or links, and this bootstrap has no network client: make \
             the package with `admit bundle`, which chooses the bootstrap"
        )
    })
}
