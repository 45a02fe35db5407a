//! A bootstrap for packages that are read and not run.

use crate::binaries::here;
use admit_engine::Target;
use admit_engine::bundle::HOST;

/// The smallest file that is accepted as a bootstrap: a header, a section and the expected marks. It
/// cannot be run.
pub fn executable() -> Vec<u8> {
    let machine: u16 = match here() {
        Target::X86_64 => 62,
        Target::Arm64 => 183,
    };
    let mut elf = Vec::new();
    elf.extend(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    elf.extend(2_u16.to_le_bytes());
    elf.extend(machine.to_le_bytes());
    elf.extend(1_u32.to_le_bytes());
    // No entry and no segments; the sections follow the header.
    elf.extend([0; 16]);
    elf.extend(64_u64.to_le_bytes());
    elf.extend(0_u32.to_le_bytes());
    for number in [64_u16, 56, 0, 64, 2, 1] {
        elf.extend(number.to_le_bytes());
    }
    // The mandatory empty section, and an empty section of names.
    elf.extend([0; 64]);
    elf.extend([0, 3_u32].iter().flat_map(|number| number.to_le_bytes()));
    let names = 64 + 2 * 64_u64;
    elf.extend([0, 0, names, 1, 0, 1, 0].iter().flat_map(|number| number.to_le_bytes()));
    elf.push(0);
    elf.extend(format!("admit-bootstrap/{}\0{HOST}\0", env!("CARGO_PKG_VERSION")).bytes());
    elf
}
