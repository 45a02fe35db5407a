//! Tells when files change, by looking at them again and again.
//!
//! That is slower than to be told by the system, which loses sight of folders that are deleted
//! and made anew, of what a link leads to, and of what is not there yet.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

/// How often they are looked at. Nothing must change for so long for a change to be over:
/// editors and compilers write in steps.
const LOOK: Duration = Duration::from_millis(250);

/// After so many looks a change counts as over all the same.
const MAX_LOOKS: u32 = 8;

/// The most files that are looked at.
const MAX_FILES: usize = 10_000;

/// What files and folders looked like at one time.
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
    /// Looks at files, and at all that is in folders but what is built there.
    pub(crate) fn at(places: &[PathBuf]) -> Look {
        let mut look = Look::default();
        for place in places {
            look.add(place);
        }
        look
    }

    fn add(&mut self, place: &Path) {
        // Of what a link leads to.
        let metadata = fs::metadata(place).ok();
        if !metadata.as_ref().is_some_and(Metadata::is_dir) {
            self.0.insert(place.to_owned(), metadata.map(Looks::from));
            return;
        }
        for entry in fs::read_dir(place).into_iter().flatten().map_while(Result::ok) {
            let path = entry.path();
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            // A link to a folder may lead anywhere, itself included.
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

/// Waits until something looks otherwise than before, and no longer changes. The places may
/// change with it.
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

/// Whether a path is nothing that an author writes: what cargo marks as a cache, what other
/// tools put there, what is hidden, Rust's lock file.
fn is_built(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.')
        || ["target", "node_modules", "__pycache__", "Cargo.lock"].contains(&&*name)
        || path.join("CACHEDIR.TAG").is_file()
}
