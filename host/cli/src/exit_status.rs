//! The exit status of a command.

use std::process::ExitCode;

/// The result of a command. Wrong usage is not among them: `clap` ends the process with status 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// The command succeeded, with a positive result.
    Success,
    /// The command failed.
    Error,
    /// The command succeeded, with a negative result: a denial, a failed case, a finding, a change.
    Negative,
}

impl ExitStatus {
    /// The status of a result.
    pub(crate) fn from_result(is_positive: bool) -> ExitStatus {
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
