//! Emulators that listen on a port.

use std::collections::HashSet;
use std::fs;

/// The addresses on which the processes of a group listen, as Linux writes them: in hexadecimal,
/// with the port behind a colon.
pub(crate) fn listening(group: u32) -> Vec<String> {
    let own: HashSet<String> =
        processes(group).iter().flat_map(|process| sockets(process)).collect();
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(fs::read_to_string);
    let rows: Vec<String> = tables
        .into_iter()
        .flatten()
        .flat_map(|table| table.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let listens = |row: &String| {
        let cells: Vec<&str> = row.split_whitespace().collect();
        // The local address, the state and the inode.
        match (cells.get(1), cells.get(3), cells.get(9)) {
            (Some(address), Some(&"0A"), Some(inode)) if own.contains(*inode) => {
                Some((*address).to_owned())
            }
            _ => None,
        }
    };
    rows.iter().filter_map(listens).collect()
}

/// Whether an address is 127.0.0.1, or ::1, or the same written for IPv6.
pub(crate) fn is_local(address: &str) -> bool {
    const LOCAL: [&str; 3] =
        ["0100007F:", "00000000000000000000000001000000:", "0000000000000000FFFF00000100007F:"];
    LOCAL.iter().any(|local| address.starts_with(local))
}

/// The folders in `/proc` of the processes of a group.
fn processes(group: u32) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let processes = processes.map(|process| process.path().display().to_string());
    let is_in_group = |process: &String| {
        let Ok(status) = fs::read_to_string(format!("{process}/stat")) else { return false };
        // Behind the name, which may hold anything: the state, the parent and the group.
        let rest = status.rsplit_once(')').map_or("", |(_, rest)| rest);
        rest.split_whitespace().nth(2).and_then(|word| word.parse().ok()) == Some(group)
    };
    processes.filter(is_in_group).collect()
}

/// The inodes of the sockets of a process.
fn sockets(process: &str) -> Vec<String> {
    let Ok(files) = fs::read_dir(format!("{process}/fd")) else { return Vec::new() };
    let links = files.flatten().filter_map(|file| fs::read_link(file.path()).ok());
    let inode = |link: std::path::PathBuf| {
        let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned();
        Some(inode)
    };
    links.filter_map(inode).collect()
}
