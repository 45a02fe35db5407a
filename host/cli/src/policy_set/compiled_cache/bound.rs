//! Bounds the size of the cache: the files that were not used for the longest time are removed first.

use super::names::{ENDING, UNFINISHED};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The total size and number of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) bytes: u64,
    pub(super) files: usize,
}

/// The largest total that the cache keeps.
const MAX: Total = Total { bytes: 1 << 30, files: 20_000 };

/// After writing this many files, a process looks through the folder again and counts the files
/// of other processes too.
const RECOUNT_AFTER: usize = 1_000;

/// The age of an unfinished file after which its writer must have ended.
const ABANDONED: Duration = Duration::from_secs(3600);

/// The total of a folder, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// `None` before the first look through the folder.
    known: Option<Total>,
    /// The number of files that this process wrote since the last look.
    written: usize,
}

impl Tally {
    /// Counts a file that was written, and removes files if the total is too large.
    ///
    /// It does not look through the folder for every file, which would take longer than compiling
    /// small components.
    pub(super) fn add(&mut self, folder: &Path, bytes: u64) {
        self.written += 1;
        if let Some(known) = &mut self.known
            && self.written < RECOUNT_AFTER
        {
            known.bytes += bytes;
            known.files += 1;
            if known.bytes <= MAX.bytes && known.files <= MAX.files {
                return;
            }
        }
        *self = Tally { known: Some(shrink(folder, MAX)), written: 0 };
    }
}

/// A file of the cache.
struct Entry {
    path: PathBuf,
    size: u64,
    used: SystemTime,
}

/// Removes the files of the cache that were not used for the longest time, if their total exceeds
/// `max`, until an eighth of `max` is free. Returns the remaining total.
///
/// It never touches files whose names the cache does not use. Another process may remove files at
/// the same time.
fn shrink(folder: &Path, max: Total) -> Total {
    let (mut kept, mut left) = (Vec::new(), Total { bytes: 0, files: 0 });
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        // This does not follow links.
        let Ok(metadata) = entry.metadata() else { continue };
        let (Ok(used), true) = (metadata.modified(), metadata.is_file()) else { continue };
        if is_cache_file(name) {
            left.bytes += metadata.len();
            left.files += 1;
            kept.push(Entry { path: entry.path(), size: metadata.len(), used });
        } else if name.starts_with(UNFINISHED)
            && used.elapsed().is_ok_and(|elapsed| elapsed > ABANDONED)
        {
            let _ = fs::remove_file(entry.path());
        }
    }
    if left.bytes <= max.bytes && left.files <= max.files {
        return left;
    }
    kept.sort_by_key(|entry| entry.used);
    for Entry { path, size, .. } in kept {
        if left.bytes <= max.bytes / 8 * 7 && left.files <= max.files / 8 * 7 {
            break;
        }
        let _ = fs::remove_file(path);
        left.bytes -= size;
        left.files -= 1;
    }
    left
}

/// Returns whether a name is 64 hexadecimal digits and the cache's extension.
fn is_cache_file(name: &str) -> bool {
    name.strip_suffix(ENDING).is_some_and(|digits| {
        digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs::File;

    fn name(digit: char) -> String {
        format!("{}{ENDING}", digit.to_string().repeat(64))
    }

    /// Writes a file of `size` bytes that was last used some hours ago.
    fn write(folder: &Path, name: &str, size: u64, hours: u64) {
        let file = File::create(folder.join(name)).unwrap();
        file.set_len(size).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3600 * hours)).unwrap();
    }

    fn names(folder: &Path) -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn files_unused_for_the_longest_time_are_removed_first() {
        let enough = 100;
        for (bytes, files, left) in [
            (240, enough, "abc"),
            (239, enough, "ac"),
            (184, enough, "ac"),
            (183, enough, "a"),
            (96, enough, "a"),
            (95, enough, ""),
            (0, enough, ""),
            (1_000, 3, "abc"),
            (1_000, 2, ""),
        ] {
            let folder = tempfile::tempdir().unwrap();
            for (digit, hours) in [('a', 1), ('b', 3), ('c', 2)] {
                write(folder.path(), &name(digit), 80, hours);
            }
            let (max, size) = (Total { bytes, files }, left.len());
            let found = shrink(folder.path(), max);
            assert_eq!(names(folder.path()), left.chars().map(name).collect(), "{max:?}");
            assert_eq!(found, Total { bytes: 80 * size as u64, files: size });
        }
    }

    #[test]
    fn files_of_other_processes_are_counted_from_time_to_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut tally = Tally::default();
        tally.add(folder.path(), 10);
        assert_eq!(
            tally.known,
            Some(Total { bytes: 0, files: 0 }),
            "the folder is counted at first"
        );
        for number in 1..RECOUNT_AFTER {
            write(folder.path(), &name('a'), 10, 1);
            tally.add(folder.path(), 20);
            let known = Total { bytes: 20 * number as u64, files: number };
            assert_eq!(tally.known, Some(known));
        }
        tally.add(folder.path(), 20);
        assert_eq!(tally.known, Some(Total { bytes: 10, files: 1 }));
    }

    #[test]
    fn files_that_are_not_of_the_cache_stay() {
        let folder = tempfile::tempdir().unwrap();
        let others = ["thesis.txt", "a.compiled", &name('x'), ".compiled", "compiled-1"];
        for name in others {
            write(folder.path(), name, 1_000, 9_000);
        }
        fs::create_dir(folder.path().join(name('d'))).unwrap();
        write(folder.path(), ".compiled-new", 1_000, 0);
        write(folder.path(), ".compiled-old", 1_000, 2);
        write(folder.path(), &name('a'), 1_000, 1);
        shrink(folder.path(), Total { bytes: 0, files: 0 });
        let mut left: BTreeSet<String> = others.map(str::to_owned).into();
        left.extend([name('d'), ".compiled-new".to_owned()]);
        assert_eq!(names(folder.path()), left);
    }
}
