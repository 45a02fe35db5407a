//! The bootstrap that goes into a package: whether a file is one that Lambda can start.

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

/// Refuses what Lambda could not start on a machine of this kind, and what could not load a
/// bundle of this tool.
///
/// # Errors
///
/// Where it is refused.
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
    // Put together here, since this tool is no bootstrap either.
    if !has(&["admit-bootstrap", env!("CARGO_PKG_VERSION")].join("/")) || !has(HOST) {
        bail!(
            "it is no bootstrap of `admit` {}, and could not load this bundle, which needs one for \
             \"{HOST}\"",
            env!("CARGO_PKG_VERSION")
        );
    }
    Ok(())
}

/// The version of `admit` that a bootstrap says it is of.
pub fn version(bytes: &[u8]) -> Option<String> {
    // Put together here as above.
    let mark = ["admit-bootstrap", ""].join("/");
    let start = memmem::find(bytes, mark.as_bytes())? + mark.len();
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b".-+".contains(byte);
    let version: Vec<u8> = bytes[start..].iter().take(32).take_while(is_part).copied().collect();
    String::from_utf8(version).ok().filter(|version| !version.is_empty())
}

/// Where glibc has the program that loads others.
const LOADERS: [&str; 2] = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];

/// The program that a program asks to be loaded by; none if it is linked statically.
fn loader(elf: &FileHeader64<Endianness>, bytes: &[u8]) -> object::Result<Option<String>> {
    let endian = elf.endian()?;
    for segment in elf.program_headers(endian, bytes)? {
        if let Some(loader) = segment.interpreter(endian, bytes)? {
            return Ok(Some(String::from_utf8_lossy(loader).into_owned()));
        }
    }
    Ok(None)
}

/// The most versions of libraries that are read.
const MAX_VERSIONS: u32 = 10_000;

/// The newest version of the C library that a program names, if it names any.
fn needed_glibc(bytes: &[u8]) -> anyhow::Result<Option<Glibc>> {
    let elf = FileHeader64::<Endianness>::parse(bytes)?;
    let endian = elf.endian()?;
    let sections = elf.sections(endian, bytes)?;
    if sections.is_empty() {
        bail!("it has no sections, so that nobody can tell which C library it needs");
    }
    let (mut newest, mut named) = (None, 0);
    for section in sections.iter() {
        let Some((mut needs, strings)) = section.gnu_verneed(endian, bytes)? else { continue };
        let strings = sections.strings(endian, bytes, strings)?;
        while let Some((_, mut versions)) = needs.next()? {
            while let Some(version) = versions.next()? {
                // A program names some dozens; one made to be read for ever is no program.
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
        // A way of linking that came with that version has a name instead of a number.
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
