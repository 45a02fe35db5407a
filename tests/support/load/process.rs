//! Figures of the kernel on a process and its descendants.

use std::fs;
use std::time::Duration;

/// The processor time of all their threads, as the scheduler counts it.
pub(crate) fn processor_time(process: u32) -> Duration {
    let threads = family(process).into_iter().flat_map(threads);
    let nanoseconds = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread + "/schedstat").ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}

/// The most memory that they have had, in bytes: the sum of each one's peak.
pub(crate) fn peak_memory(process: u32) -> u64 {
    let peaks = family(process).into_iter().filter_map(|process| {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        peak.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    });
    peaks.sum::<u64>() << 10
}

/// A process and its descendants: a command may be a script that starts the function.
fn family(process: u32) -> Vec<u32> {
    let mut family = vec![process];
    let mut next = 0;
    while let Some(process) = family.get(next).copied() {
        for thread in threads(process) {
            let children = fs::read_to_string(thread + "/children").unwrap_or_default();
            family.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
        }
        next += 1;
    }
    family
}

/// The folders of a process's threads.
fn threads(process: u32) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten();
    tasks.map_while(Result::ok).map(|task| task.path().display().to_string()).collect()
}
