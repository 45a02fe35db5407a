//! Compiles components in child processes.

use crate::process::child::{self, Allowance, NoAnswer};
use admit_engine::{
    CodeSettings, CompileCost, CompileJob, InvalidComponent, RemoteCompiler, compile_job,
};
use serde::{Deserialize, Serialize};

/// The name of the job.
pub(crate) const NAME: &str = "compile";

/// Compiles each component in a child process.
pub(crate) struct ChildCompiler;

/// The result of a compilation, which precedes the code.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    Code,
    Invalid(String),
    Compiler,
    Failed(String),
}

impl RemoteCompiler for ChildCompiler {
    fn compile(&self, job: CompileJob<'_>) -> Result<Vec<u8>, InvalidComponent> {
        let asked = child::ask(NAME, &job.settings, job.component, allowance(job.cost));
        let (answer, code) = asked.map_err(|none| match none {
            NoAnswer::Exceeded(limit) => InvalidComponent::TooExpensive(limit),
            NoAnswer::Failed(reason) => InvalidComponent::Remote(reason),
        })?;
        match answer {
            Answer::Code => Ok(code),
            Answer::Invalid(reason) => Err(InvalidComponent::Invalid(reason)),
            Answer::Compiler => Err(InvalidComponent::Compiler),
            Answer::Failed(reason) => Err(InvalidComponent::Remote(reason)),
        }
    }
}

/// The work of the child process.
pub(crate) fn work(settings: CodeSettings, component: Vec<u8>) -> (Answer, Vec<u8>) {
    match compile_job(settings, &component) {
        Ok(code) => (Answer::Code, code),
        Err(InvalidComponent::Invalid(reason)) => (Answer::Invalid(reason), Vec::new()),
        Err(InvalidComponent::Compiler) => (Answer::Compiler, Vec::new()),
        Err(refused) => (Answer::Failed(refused.to_string()), Vec::new()),
    }
}

/// The limits of a compilation by the size of the component: several times what a policy needs in
/// JavaScript, with 1.3 MB of code in 1.7 MB, or in Python, with 6 MB of code in 17 MB.
pub(crate) fn allowance(cost: CompileCost) -> Allowance {
    // The compiler of a debug build is not optimised.
    let slow = if cfg!(debug_assertions) { 3 } else { 1 };
    Allowance {
        seconds: slow * (3 + cost.code / 150_000 + cost.functions / 10_000),
        memory: (256 << 20) + 16 * cost.size,
    }
}
