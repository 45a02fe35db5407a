//! Sets the limits of a child process, and tells which of them ended it.

use crate::process::child::allowance::{Allowance, NoAnswer};
use std::process::ExitStatus;

/// The reason why a child ended without an answer.
pub(super) fn reason(status: ExitStatus, words: &str, allowance: Allowance) -> NoAnswer {
    if system::is_out_of_time(status) {
        NoAnswer::Exceeded(format!("{} s of processor time", allowance.seconds))
    } else if words.contains("memory allocation of") {
        NoAnswer::Exceeded(format!("{} MiB of memory", allowance.memory >> 20))
    } else {
        NoAnswer::Failed(format!("its child process failed: {status}"))
    }
}

pub(super) use system::{die_with_parent, set};

#[cfg(unix)]
mod system {
    use crate::process::child::allowance::Allowance;
    use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
    #[cfg(target_os = "linux")]
    use std::fs;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    /// Ends this process when its parent ends. On systems without this, the limits end it.
    pub(crate) fn die_with_parent() {
        #[cfg(target_os = "linux")]
        let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
    }

    /// Sets the limits of this process, as far as the system has them.
    pub(crate) fn set(allowance: Allowance) {
        lower(Resource::Cpu, allowance.seconds);
        lower(Resource::As, allowance.memory.saturating_add(size()));
        // A core dump would contain the untrusted input and its settings.
        lower(Resource::Core, 0);
    }

    /// Lowers a limit, and never raises one.
    fn lower(resource: Resource, most: u64) {
        let before = getrlimit(resource);
        let current = Some(before.current.map_or(most, |current| current.min(most)));
        let _ = setrlimit(resource, Rlimit { current, maximum: before.maximum });
    }

    /// The current size of the address space in bytes.
    fn size() -> u64 {
        const WITHOUT: u64 = 512 << 20;
        #[cfg(target_os = "linux")]
        if let Ok(status) = fs::read_to_string("/proc/self/status") {
            let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
            let kib = size.and_then(|size| size.trim().strip_suffix(" kB")?.parse::<u64>().ok());
            return kib.map_or(WITHOUT, |kib| kib << 10);
        }
        WITHOUT
    }

    pub(crate) fn is_out_of_time(status: ExitStatus) -> bool {
        status.signal() == Some(Signal::XCPU.as_raw())
    }
}

/// Systems on which only the parent's clock limits a child.
#[cfg(not(unix))]
mod system {
    use crate::process::child::allowance::Allowance;
    use std::process::ExitStatus;

    pub(crate) fn die_with_parent() {}

    pub(crate) fn set(_: Allowance) {}

    pub(crate) fn is_out_of_time(_: ExitStatus) -> bool {
        false
    }
}
