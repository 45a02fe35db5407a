//! The exit status of a command.

use std::process::ExitCode;

/// How a command ended. Wrong usage has the status 2, with which `clap` ends the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// It was done, and the answer is yes.
    Success,
    /// It could not be done.
    Error,
    /// It was done, and the answer is no: a denial, a failed case, a finding, a change.
    Negative,
}

impl ExitStatus {
    /// The status of an answer.
    pub(crate) fn of_answer(is_positive: bool) -> ExitStatus {
        if is_positive { ExitStatus::Success } else { ExitStatus::Negative }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> ExitCode {
        match status {
            ExitStatus::Success => ExitCode::SUCCESS,
            ExitStatus::Error => ExitCode::FAILURE,
            ExitStatus::Negative => ExitCode::from(3),
        }
    }
}
