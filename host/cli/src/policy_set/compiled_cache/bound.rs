//! How much is kept: what was used longest ago goes first.

use super::names::{ENDING, UNFINISHED};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How much all files may have together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Most {
    pub(super) bytes: u64,
    pub(super) files: usize,
}

/// What is kept at most.
const MAX: Most = Most { bytes: 1 << 30, files: 20_000 };

/// After so many files of this process, what others wrote is counted too.
const UNSEEN: usize = 1_000;

/// After so long, nobody is still writing a file.
const ABANDONED: Duration = Duration::from_secs(3600);

/// What is kept in a folder, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// None before the folder was looked through.
    known: Option<Most>,
    /// How many files were written since.
    written: usize,
}

impl Tally {
    /// Counts a file that was written, and makes room where that is too much: looking through the
    /// folder for every file would take longer than compiling it.
    pub(super) fn add(&mut self, folder: &Path, bytes: u64) {
        self.written += 1;
        if let Some(known) = &mut self.known
            && self.written < UNSEEN
        {
            known.bytes += bytes;
            known.files += 1;
            if known.bytes <= MAX.bytes && known.files <= MAX.files {
                return;
            }
        }
        *self = Tally { known: Some(keep(folder, MAX)), written: 0 };
    }
}

/// One file of ours.
struct Entry {
    path: PathBuf,
    size: u64,
    used: SystemTime,
}

/// Removes files where they are more than these, until there is room for an eighth again, and says
/// how many are left. Of files that it did not name it touches none; what another process removes
/// meanwhile is gone all the same.
fn keep(folder: &Path, most: Most) -> Most {
    let (mut kept, mut left) = (Vec::new(), Most { bytes: 0, files: 0 });
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        // Of the entry itself, where it is a link.
        let Ok(metadata) = entry.metadata() else { continue };
        let (Ok(used), true) = (metadata.modified(), metadata.is_file()) else { continue };
        if is_kept(name) {
            left.bytes += metadata.len();
            left.files += 1;
            kept.push(Entry { path: entry.path(), size: metadata.len(), used });
        } else if name.starts_with(UNFINISHED)
            && used.elapsed().is_ok_and(|elapsed| elapsed > ABANDONED)
        {
            let _ = fs::remove_file(entry.path());
        }
    }
    if left.bytes <= most.bytes && left.files <= most.files {
        return left;
    }
    kept.sort_by_key(|entry| entry.used);
    for Entry { path, size, .. } in kept {
        if left.bytes <= most.bytes / 8 * 7 && left.files <= most.files / 8 * 7 {
            break;
        }
        let _ = fs::remove_file(path);
        left.bytes -= size;
        left.files -= 1;
    }
    left
}

/// Whether a file has a name as we give them: 64 hexadecimal digits.
fn is_kept(name: &str) -> bool {
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

    /// A file of so many bytes that was used so many hours ago.
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
    fn what_was_used_longest_ago_goes_first() {
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
            let (most, size) = (Most { bytes, files }, left.len());
            let found = keep(folder.path(), most);
            assert_eq!(names(folder.path()), left.chars().map(name).collect(), "{most:?}");
            assert_eq!(found, Most { bytes: 80 * size as u64, files: size });
        }
    }

    #[test]
    fn what_others_wrote_is_counted_after_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let mut tally = Tally::default();
        tally.add(folder.path(), 10);
        assert_eq!(tally.known, Some(Most { bytes: 0, files: 0 }), "the folder was looked through");
        for number in 1..UNSEEN {
            write(folder.path(), &name('a'), 10, 1);
            tally.add(folder.path(), 20);
            let known = Most { bytes: 20 * number as u64, files: number };
            assert_eq!(tally.known, Some(known));
        }
        tally.add(folder.path(), 20);
        assert_eq!(tally.known, Some(Most { bytes: 10, files: 1 }));
    }

    #[test]
    fn what_others_keep_in_the_folder_stays() {
        let folder = tempfile::tempdir().unwrap();
        let others = ["thesis.txt", "a.compiled", &name('x'), ".compiled", "compiled-1"];
        for name in others {
            write(folder.path(), name, 1_000, 9_000);
        }
        fs::create_dir(folder.path().join(name('d'))).unwrap();
        write(folder.path(), ".compiled-new", 1_000, 0);
        write(folder.path(), ".compiled-old", 1_000, 2);
        write(folder.path(), &name('a'), 1_000, 1);
        keep(folder.path(), Most { bytes: 0, files: 0 });
        let mut left: BTreeSet<String> = others.map(str::to_owned).into();
        left.extend([name('d'), ".compiled-new".to_owned()]);
        assert_eq!(names(folder.path()), left);
    }
}
