//! `admit completions`: completes commands in a shell.

use crate::exit_status::ExitStatus;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::{Write, stdout};

/// Print what a shell needs to complete the commands and options of `admit`
#[derive(clap::Args)]
#[command(after_help = "Where it goes:
  bash        source <(admit completions bash), as a line of ~/.bashrc
  zsh         source <(admit completions zsh), as a line of ~/.zshrc, after `compinit`
  fish        admit completions fish > ~/.config/fish/completions/admit.fish
  elvish      eval (admit completions elvish | slurp), as a line of ~/.config/elvish/rc.elv
  powershell  admit completions powershell | Out-String | Invoke-Expression, as a line of $PROFILE
A new shell has it.")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Args {
    pub(crate) fn exec(self) -> anyhow::Result<ExitStatus> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::Args::command(), "admit", &mut script);
        stdout().write_all(&script)?;
        Ok(ExitStatus::Success)
    }
}
