//! Waits until files change, by polling.
//!
//! Notifications of the operating system would be faster, but miss folders that are deleted and
//! created again, targets of links, and files that do not exist yet.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

/// The interval between two looks. A change is complete if the next look finds nothing new:
/// editors and compilers write in steps.
const LOOK: Duration = Duration::from_millis(250);

/// The number of looks after which a change counts as complete even if files still change.
const MAX_LOOKS: u32 = 8;

/// The largest number of files that are watched.
const MAX_FILES: usize = 10_000;

/// The state of files and folders at one time.
#[derive(PartialEq, Eq, Default)]
pub(crate) struct Look(BTreeMap<PathBuf, Option<Looks>>);

#[derive(PartialEq, Eq)]
struct Looks {
    length: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    inode: u64,
}

impl Look {
    /// Looks at files, and at the contents of folders except for what tools build there.
    pub(crate) fn at(places: &[PathBuf]) -> Look {
        let mut look = Look::default();
        for place in places {
            look.add(place);
        }
        look
    }

    fn add(&mut self, place: &Path) {
        // This follows links.
        let metadata = fs::metadata(place).ok();
        if !metadata.as_ref().is_some_and(Metadata::is_dir) {
            self.0.insert(place.to_owned(), metadata.map(Looks::from));
            return;
        }
        for entry in fs::read_dir(place).into_iter().flatten().map_while(Result::ok) {
            let path = entry.path();
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            // A link to a folder may lead to a folder that contains it.
            if self.0.len() < MAX_FILES && !is_built(&path) && !(is_link && path.is_dir()) {
                self.add(&path);
            }
        }
    }
}

impl From<Metadata> for Looks {
    fn from(metadata: Metadata) -> Looks {
        Looks {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(&metadata),
        }
    }
}

/// Waits until something differs from `before` and no longer changes. The list of places may
/// change meanwhile.
pub(crate) fn wait(before: &Look, places: impl Fn() -> Vec<PathBuf>) {
    let mut look = Look::at(&places());
    while look == *before {
        thread::sleep(LOOK);
        look = Look::at(&places());
    }
    for _ in 0..MAX_LOOKS {
        thread::sleep(LOOK);
        let now = Look::at(&places());
        if now == look {
            return;
        }
        look = now;
    }
}

/// Returns whether tools, and not the author, write a path: hidden files, lock files, and folders
/// of packages or build output.
fn is_built(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.')
        || ["target", "node_modules", "__pycache__", "Cargo.lock"].contains(&&*name)
        || path.join("CACHEDIR.TAG").is_file()
}
