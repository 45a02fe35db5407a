//! The events for a measurement.

use crate::policy_set::event;
use admit_engine::Digest;
use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// Distinct events, with their names.
pub(crate) struct Samples(Vec<Sample>);

pub(super) struct Sample {
    pub(super) name: String,
    pub(super) digest: Digest,
    pub(super) text: Vec<u8>,
}

impl Samples {
    /// The sample sign-up of AWS's documentation, with an email address and a phone number.
    pub(crate) fn built_in() -> Samples {
        Samples::new([("sample sign-up".to_owned(), include_bytes!("sign-up.json").to_vec())])
    }

    /// Reads events.
    pub(crate) fn read(files: &[PathBuf]) -> anyhow::Result<Samples> {
        let events = files.iter().map(|file| event::read(file));
        Ok(Samples::new(events.collect::<anyhow::Result<Vec<_>>>()?))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Sample> {
        self.0.iter()
    }

    fn new(texts: impl IntoIterator<Item = (String, Vec<u8>)>) -> Samples {
        let mut samples: Vec<Sample> = Vec::new();
        for (name, text) in texts {
            let digest = Digest::new(&text);
            if samples.iter().all(|sample| sample.digest != digest) {
                samples.push(Sample { name, digest, text });
            }
        }
        Samples(samples)
    }
}

/// The files among the paths, and the `.json` files of each folder, ordered by name.
pub(crate) fn event_files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => files.extend(events_in(path)?),
            false => files.push(path.clone()),
        }
    }
    Ok(files)
}

fn events_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
        entries.collect()
    };
    let mut files =
        read().with_context(|| format!("cannot read the folder `{}`", folder.display()))?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    if files.is_empty() {
        bail!("no events in `{}`: expected files with the extension .json", folder.display());
    }
    Ok(files)
}
