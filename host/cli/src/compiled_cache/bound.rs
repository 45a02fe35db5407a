//! How much is kept: what was used longest ago goes first.

use super::folder::{ENDING, UNFINISHED};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How many bytes all files may have together.
pub(super) const MOST: u64 = 1 << 30;

/// After so long, nobody is still writing a file.
const ABANDONED: Duration = Duration::from_secs(3600);

/// One file of ours.
struct Entry {
    path: PathBuf,
    size: u64,
    used: SystemTime,
}

/// Removes files until those that are left have at most so many bytes. Of files that it did not
/// name it touches none; what another process removes meanwhile is gone all the same.
pub(super) fn keep(folder: &Path, most: u64) {
    let (mut kept, mut total) = (Vec::new(), 0_u64);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        // Of the entry itself, where it is a link.
        let Ok(metadata) = entry.metadata() else { continue };
        let (Ok(used), true) = (metadata.modified(), metadata.is_file()) else { continue };
        if is_kept(name) {
            total += metadata.len();
            kept.push(Entry { path: entry.path(), size: metadata.len(), used });
        } else if name.starts_with(UNFINISHED)
            && used.elapsed().is_ok_and(|elapsed| elapsed > ABANDONED)
        {
            let _ = fs::remove_file(entry.path());
        }
    }
    kept.sort_by_key(|entry| entry.used);
    for Entry { path, size, .. } in kept {
        if total <= most {
            return;
        }
        let _ = fs::remove_file(path);
        total -= size;
    }
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
        for (most, left) in
            [(30, "abc"), (29, "ac"), (20, "ac"), (19, "a"), (10, "a"), (9, ""), (0, "")]
        {
            let folder = tempfile::tempdir().unwrap();
            for (digit, hours) in [('a', 1), ('b', 3), ('c', 2)] {
                write(folder.path(), &name(digit), 10, hours);
            }
            keep(folder.path(), most);
            assert_eq!(names(folder.path()), left.chars().map(name).collect(), "{most}");
        }
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
        keep(folder.path(), 0);
        let mut left: BTreeSet<String> = others.map(str::to_owned).into();
        left.extend([name('d'), ".compiled-new".to_owned()]);
        assert_eq!(names(folder.path()), left);
    }
}
