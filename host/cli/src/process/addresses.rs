//! The limit on the address space of this process (`ulimit -v`).

use admit_engine::Addresses;

/// Enough for 4 GiB for each memory of a policy, on all threads.
#[cfg(unix)]
const PLENTY: u64 = 1 << 40;

/// The addresses that each memory of a policy may reserve.
pub(crate) fn of_process() -> Addresses {
    #[cfg(unix)]
    if let Some(most) = rustix::process::getrlimit(rustix::process::Resource::As).current
        && most < PLENTY
    {
        return Addresses::Few;
    }
    Addresses::Plenty
}
