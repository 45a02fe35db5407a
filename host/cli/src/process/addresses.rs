//! How many addresses this process may have, as `ulimit -v` says.

use admit_engine::Addresses;

/// Enough for every memory that a policy may have to take 4 GiB of them, on all threads.
#[cfg(unix)]
const PLENTY: u64 = 1 << 40;

/// How many addresses each memory of a policy may take.
pub(crate) fn of_process() -> Addresses {
    #[cfg(unix)]
    if let Some(most) = rustix::process::getrlimit(rustix::process::Resource::As).current
        && most < PLENTY
    {
        return Addresses::Few;
    }
    Addresses::Plenty
}
