//! A deployment package as Lambda's `provided.al2023` wants it: the executable `bootstrap` at
//! the root, and the bundle beside it.

use crate::archive::{Archive, Entry};
use crate::stored_file::{StoredFile, StoredFiles};
use anyhow::bail;
use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The name that Lambda starts.
pub const BOOTSTRAP: &str = "bootstrap";

/// The folder that the bootstrap looks for beside itself.
const BUNDLE: &str = "bundle/";

/// The most that Lambda unpacks, in bytes.
pub const MAX_UNPACKED: u64 = 250 << 20;

/// The largest package that is read, in bytes.
pub const MAX_PACKAGE: u64 = 256 << 20;

/// The largest bootstrap that is read, in bytes; that of `admit` has about 6 MiB.
pub const MAX_BOOTSTRAP: u64 = 128 << 20;

/// The largest package that Lambda takes without a detour by S3.
pub const MAX_UPLOADED: usize = 50 << 20;

/// What is in a package.
#[derive(Debug, Default)]
pub struct Package {
    /// `None` if it is missing or too large.
    pub bootstrap: Option<Vec<u8>>,
    /// The files of the bundle.
    pub bundle: StoredFiles,
    /// Whatever Lambda or another program could read differently, and files that do not belong to a
    /// package.
    pub flaws: Vec<String>,
    /// The reasons why the bootstrap cannot be started.
    pub bootstrap_flaws: Vec<String>,
}

/// The bytes of a package, the same for the same content.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_zip(bootstrap: &[u8], bundle: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // The oldest time that a zip can tell, instead of that of the build.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default());
    zip.start_file(BOOTSTRAP, options.unix_permissions(0o755))?;
    zip.write_all(bootstrap)?;
    for (name, bytes) in bundle {
        zip.start_file(format!("{BUNDLE}{name}"), options.unix_permissions(0o644))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

impl Package {
    /// Reads a package of any origin.
    ///
    /// # Errors
    ///
    /// If it is not a zip, or exceeds the limits.
    pub fn read(source: impl Read + Seek) -> anyhow::Result<Package> {
        let mut package = Package::default();
        package.flaws = each_file(source, |archive, entry| {
            if entry.name == BOOTSTRAP {
                if entry.mode & 0o111 != 0o111 {
                    package.bootstrap_flaws.push(format!("{BOOTSTRAP}: not executable"));
                }
                let (bytes, more) = archive.unpack(entry, |file| {
                    // Reserved at once, because a growing vector takes twice the memory.
                    let size = usize::try_from(entry.size.min(MAX_BOOTSTRAP)).unwrap_or(0);
                    let mut bytes = Vec::with_capacity(size + 1);
                    file.take(MAX_BOOTSTRAP).read_to_end(&mut bytes)?;
                    Ok((bytes, io::copy(file, &mut io::sink())?))
                })?;
                if more > 0 {
                    let most = MAX_BOOTSTRAP >> 20;
                    package.bootstrap_flaws.push(format!("{BOOTSTRAP}: larger than {most} MiB"));
                } else {
                    package.bootstrap = Some(bytes);
                }
                return Ok(());
            }
            let file = archive.unpack(entry, |file| match entry.name.strip_prefix(BUNDLE) {
                Some(name) => StoredFile::read(name, file).map(|file| Some((name, file))),
                None => io::copy(file, &mut io::sink()).map(|_| None),
            })?;
            match file {
                Some((name, file)) => _ = package.bundle.insert(name.to_owned(), file),
                None => archive.flaw(&entry.name, "no part of a package"),
            }
            Ok(())
        })?;
        if package.bootstrap.is_none() && package.bootstrap_flaws.is_empty() {
            package.bootstrap_flaws.push(format!("{BOOTSTRAP}: missing"));
        }
        Ok(package)
    }

    /// Unpacks the files of the bundle, one after another, with their names in the bundle.
    ///
    /// # Errors
    ///
    /// If the package has flaws, or `take` fails.
    pub fn unpack_bundle(
        source: impl Read + Seek,
        mut take: impl FnMut(&str, &mut dyn Read) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let flaws = each_file(source, |archive, entry| {
            archive.unpack(entry, |file| {
                if let Some(name) = entry.name.strip_prefix(BUNDLE) {
                    take(name, file)?;
                }
                io::copy(file, &mut io::sink()).map(|_| ())
            })
        })?;
        match flaws.first() {
            Some(flaw) => bail!("{flaw}"),
            None => Ok(()),
        }
    }
}

/// Visits each file of a zip, and returns the flaws. No more is unpacked than Lambda would unpack.
fn each_file<R: Read + Seek>(
    source: R,
    mut look: impl FnMut(&mut Archive<R>, &Entry) -> io::Result<()>,
) -> anyhow::Result<Vec<String>> {
    let mut archive = Archive::open(source, MAX_UNPACKED)?;
    for entry in archive.entries.clone() {
        match look(&mut archive, &entry) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                bail!("unpacked, it is larger than {} MiB", MAX_UNPACKED >> 20)
            }
            Err(error) => archive.flaw(&entry.name, &format!("cannot be unpacked: {error}")),
        }
    }
    Ok(archive.flaws)
}
