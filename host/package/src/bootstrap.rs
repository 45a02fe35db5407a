//! The bootstrap of a package: checks that Lambda can start it.

use admit_core::{Manifest, printable};
use admit_engine::Target;
use admit_engine::bundle::HOST;
use anyhow::{Context, bail};
use memchr::memmem;
use object::Endianness;
use object::elf::{EM_AARCH64, EM_X86_64, FileHeader64};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};

/// The C library of Amazon Linux 2023, which is what `provided.al2023` runs on.
const LAMBDA_GLIBC: Glibc = Glibc { major: 2, minor: 34 };

/// A variant of the bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Without a network client.
    Pure,
    /// With a network client, for look-ups and links.
    Network,
}

impl Variant {
    /// Returns the variant that a manifest needs.
    pub fn for_manifest(manifest: &Manifest) -> Variant {
        match manifest.needs_services() {
            true => Variant::Network,
            false => Variant::Pure,
        }
    }

    /// The arguments with which cargo builds it.
    pub fn flags(self) -> &'static [&'static str] {
        match self {
            Variant::Pure => &["--bin", "bootstrap"],
            Variant::Network => &["--bin", "bootstrap-network", "--features", "network"],
        }
    }

    /// Checks that a bootstrap is this variant: one without a network client could not make the
    /// look-ups, and one with it has more than the manifest needs.
    pub fn check(self, bytes: &[u8]) -> anyhow::Result<()> {
        // Put together here, since this tool must not contain it.
        let mark = ["admit-network", "client"].join("-");
        match (self, memmem::find(bytes, mark.as_bytes())) {
            (Variant::Pure, None) | (Variant::Network, Some(_)) => Ok(()),
            (Variant::Pure, Some(_)) => bail!(
                "it has a network client, and the manifest has no look-ups or links: name \
                 `bootstrap` instead of `bootstrap-network`"
            ),
            (Variant::Network, None) => bail!(
                "it has no network client, and the manifest has look-ups or links: name \
                 `bootstrap-network`, which `cargo build --release --package admit-lambda \
                 --features network` builds"
            ),
        }
    }
}

/// A version of the C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Glibc {
    major: u32,
    minor: u32,
}

/// Refuses a file that Lambda could not start on this kind of machine, or that could not load a
/// bundle of this tool.
///
/// # Errors
///
/// Returns the reason for the refusal.
pub fn check(bytes: &[u8], target: Target) -> anyhow::Result<()> {
    let elf = FileHeader64::<Endianness>::parse(bytes).context("no executable for 64-bit Linux")?;
    let endian = elf.endian()?;
    let machine = match elf.e_machine(endian) {
        EM_X86_64 => Some(Target::X86_64),
        EM_AARCH64 => Some(Target::Arm64),
        _ => None,
    };
    match machine {
        Some(machine) if machine == target => {}
        Some(machine) => bail!("it is for {machine}, and the function is to run on {target}"),
        None => bail!("it is for a kind of machine that Lambda does not have"),
    }
    if let Some(glibc) = needed_glibc(bytes)?
        && glibc > LAMBDA_GLIBC
    {
        bail!(
            "it needs glibc {}.{}, and Lambda's Amazon Linux 2023 has {}.{}: build it on an older \
             system, or by `cargo lambda build`",
            glibc.major,
            glibc.minor,
            LAMBDA_GLIBC.major,
            LAMBDA_GLIBC.minor
        );
    }
    if let Some(loader) = loader(elf, bytes)?
        && !LOADERS.contains(&loader.as_str())
    {
        let loader = printable(&loader, 100);
        bail!("it is to be loaded by `{loader}`, which Amazon Linux 2023 does not have");
    }
    let has = |mark: &str| memmem::find(bytes, mark.as_bytes()).is_some();
    // Joined at run time: otherwise this tool would contain the mark too.
    if !has(&["admit-bootstrap", env!("CARGO_PKG_VERSION")].join("/")) || !has(HOST) {
        bail!(
            "it is not a bootstrap of `admit` {}, and could not load this bundle, which needs one for \
             \"{HOST}\"",
            env!("CARGO_PKG_VERSION")
        );
    }
    Ok(())
}

/// Returns the version of `admit` in a bootstrap.
pub fn version(bytes: &[u8]) -> Option<String> {
    // Joined at run time as above.
    let mark = ["admit-bootstrap", ""].join("/");
    let start = memmem::find(bytes, mark.as_bytes())? + mark.len();
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b".-+".contains(byte);
    let version: Vec<u8> = bytes[start..].iter().take(32).take_while(is_part).copied().collect();
    String::from_utf8(version).ok().filter(|version| !version.is_empty())
}

/// The paths of the dynamic linker of glibc.
const LOADERS: [&str; 2] = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];

/// Returns the dynamic linker that an executable requests; `None` if it is linked statically.
fn loader(elf: &FileHeader64<Endianness>, bytes: &[u8]) -> object::Result<Option<String>> {
    let endian = elf.endian()?;
    for segment in elf.program_headers(endian, bytes)? {
        if let Some(loader) = segment.interpreter(endian, bytes)? {
            return Ok(Some(String::from_utf8_lossy(loader).into_owned()));
        }
    }
    Ok(None)
}

/// The maximum number of library versions that are read.
const MAX_VERSIONS: u32 = 10_000;

/// Returns the newest version of the C library that an executable requires, if any.
fn needed_glibc(bytes: &[u8]) -> anyhow::Result<Option<Glibc>> {
    let elf = FileHeader64::<Endianness>::parse(bytes)?;
    let endian = elf.endian()?;
    let sections = elf.sections(endian, bytes)?;
    if sections.is_empty() {
        bail!("it does not have sections, which name the C library that it needs");
    }
    let (mut newest, mut named) = (None, 0);
    for section in sections.iter() {
        let Some((mut needs, strings)) = section.gnu_verneed(endian, bytes)? else { continue };
        let strings = sections.strings(endian, bytes, strings)?;
        while let Some((_, mut versions)) = needs.next()? {
            while let Some(version) = versions.next()? {
                // An executable has some dozens; a file with more was made to waste time.
                named += 1;
                if named > MAX_VERSIONS {
                    bail!("it names too many versions of libraries");
                }
                newest = newest.max(Glibc::parse(version.name(endian, strings)?));
            }
        }
    }
    Ok(newest)
}

impl Glibc {
    /// Reads a version such as `GLIBC_2.34`.
    fn parse(name: &[u8]) -> Option<Glibc> {
        let name = std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?;
        // A symbol for a way of linking has a name instead of a number.
        if name.starts_with("ABI_") {
            return Some(Glibc { major: 2, minor: 36 });
        }
        let (major, rest) = name.split_once('.')?;
        let minor = rest.split('.').next()?;
        Some(Glibc { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let parse = |name: &str| Glibc::parse(name.as_bytes());
        assert!(parse("GLIBC_2.4") < parse("GLIBC_2.34"));
        assert!(parse("GLIBC_2.2.5") < parse("GLIBC_2.17"));
        assert!(parse("GLIBC_ABI_DT_RELR") > parse("GLIBC_2.34"));
        assert_eq!(parse("GCC_3.0"), None);
        assert_eq!(parse("GLIBC_PRIVATE"), None);
    }
}
