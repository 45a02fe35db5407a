//! The compiled code of interpreters, kept from test to test: each takes seconds to compile.

use crate::binaries::compiled;
use admit_engine::CompiledCache;
use std::fs;
use std::io::Write;

/// The cache of the tool under test, for engines in the tests themselves. It keeps large files
/// alone: most components of tests are small and made for one case.
pub struct CompiledCode;

const MIN_SIZE: usize = 256 << 10;

impl CompiledCache for CompiledCode {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(compiled().join(format!("{name}.compiled"))).ok()
    }

    fn write(&self, name: &str, file: &[u8]) {
        if file.len() < MIN_SIZE {
            return;
        }
        let folder = compiled();
        fs::create_dir_all(&folder).expect("a folder");
        let mut new = tempfile::NamedTempFile::new_in(&folder).expect("a file");
        new.write_all(file).expect("room for it");
        // In one step, since other processes may be reading it.
        new.persist(folder.join(format!("{name}.compiled"))).expect("the file");
    }
}
