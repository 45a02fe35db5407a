//! Tells when files change.

use anyhow::Context;
use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How long nothing must happen for a change to be over: editors and compilers write in steps.
const QUIET: Duration = Duration::from_millis(200);

/// A watch over files and folders.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    events: Receiver<()>,
    watched: BTreeMap<PathBuf, RecursiveMode>,
}

impl Watch {
    pub(crate) fn new() -> anyhow::Result<Watch> {
        let (sender, events) = channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // What cannot be understood may be a change.
            if event.map_or(true, |event| is_a_change(&event)) {
                let _ = sender.send(());
            }
        });
        let watcher = watcher.context("cannot watch files for changes")?;
        Ok(Watch { watcher, events, watched: BTreeMap::new() })
    }

    /// Watches over these files and folders, and nothing else. A folder that cannot be watched
    /// is left out: the next change elsewhere finds what changed in it. Returns whether there is
    /// something that was not watched before.
    pub(crate) fn only(&mut self, places: &[PathBuf]) -> bool {
        let mut wanted = BTreeMap::new();
        for place in places {
            folders(place, &mut wanted);
        }
        for (folder, mode) in &self.watched {
            if wanted.get(folder) != Some(mode) {
                let _ = self.watcher.unwatch(folder);
            }
        }
        let mut is_more = false;
        for (folder, mode) in &wanted {
            if self.watched.get(folder) != Some(mode) {
                let _ = self.watcher.watch(folder, *mode);
                is_more = true;
            }
        }
        self.watched = wanted;
        is_more
    }

    /// Waits for a change, and until it is over. False if none will be told any more.
    pub(crate) fn wait(&self) -> bool {
        if self.events.recv().is_err() {
            return false;
        }
        loop {
            match self.events.recv_timeout(QUIET) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }
}

/// The folders to watch for a place: that of a file, since editors replace files, and all of a
/// project but what is built there.
fn folders(place: &Path, wanted: &mut BTreeMap<PathBuf, RecursiveMode>) {
    if !place.is_dir() {
        let folder = place.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new("."));
        wanted.entry(folder.to_owned()).or_insert(RecursiveMode::NonRecursive);
        return;
    }
    wanted.entry(place.to_owned()).or_insert(RecursiveMode::NonRecursive);
    for entry in fs::read_dir(place).into_iter().flatten().map_while(Result::ok) {
        let name = entry.file_name();
        let is_built = name == "target" || name.to_string_lossy().starts_with('.');
        if !is_built && entry.path().is_dir() {
            wanted.insert(entry.path(), RecursiveMode::Recursive);
        }
    }
}

/// Whether an event can change what a file holds; that somebody read it cannot.
fn is_a_change(event: &Event) -> bool {
    match event.kind {
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => false,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}
