//! `admit completions`: generates shell completions.

use crate::exit_status::ExitStatus;
use crate::output::printer;
use clap_complete::Shell;

/// Generate shell completions
#[derive(clap::Args)]
#[command(after_help = "To install the completions:
  bash        source <(admit completions bash), as a line of ~/.bashrc
  zsh         source <(admit completions zsh), as a line of ~/.zshrc, after `compinit`
  fish        admit completions fish > ~/.config/fish/completions/admit.fish
  elvish      eval (admit completions elvish | slurp), as a line of ~/.config/elvish/rc.elv
  powershell  admit completions powershell | Out-String | Invoke-Expression, as a line of $PROFILE
Then start a new shell.")]
pub(crate) struct Args {
    /// Shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Args {
    pub(crate) fn exec(self, mut tool: clap::Command) -> anyhow::Result<ExitStatus> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut tool, "admit", &mut script);
        printer::print_own(&String::from_utf8(script)?)?;
        Ok(ExitStatus::Success)
    }
}
