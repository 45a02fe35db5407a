//! The bootstrap that goes into a package: whether a file is one that Lambda can start.

use admit_engine::Target;
use admit_engine::bundle::HOST;
use anyhow::{Context, bail};
use object::Endianness;
use object::elf::{EM_AARCH64, EM_X86_64, FileHeader64};
use object::read::elf::{FileHeader, SectionHeader};

/// The C library of Amazon Linux 2023, which is what `provided.al2023` runs on.
const LAMBDA_GLIBC: Glibc = Glibc { major: 2, minor: 34 };

/// A version of the C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Glibc {
    major: u32,
    minor: u32,
}

/// Refuses what Lambda could not start on a machine of this kind, and what could not load a
/// bundle of this tool.
pub(crate) fn check(bytes: &[u8], target: Target) -> anyhow::Result<()> {
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
    if !bytes.windows(HOST.len()).any(|window| window == HOST.as_bytes()) {
        bail!(
            "it is no bootstrap of this version of `admit`, and could not load this bundle, which \
             needs one for \"{HOST}\""
        );
    }
    Ok(())
}

/// The newest version of the C library that a program names, if it names any.
fn needed_glibc(bytes: &[u8]) -> object::Result<Option<Glibc>> {
    let elf = FileHeader64::<Endianness>::parse(bytes)?;
    let endian = elf.endian()?;
    let sections = elf.sections(endian, bytes)?;
    let mut newest = None;
    for section in sections.iter() {
        let Some((mut needs, strings)) = section.gnu_verneed(endian, bytes)? else { continue };
        let strings = sections.strings(endian, bytes, strings)?;
        while let Some((_, mut versions)) = needs.next()? {
            while let Some(version) = versions.next()? {
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
        assert_eq!(parse("GCC_3.0"), None);
        assert_eq!(parse("GLIBC_PRIVATE"), None);
    }
}
