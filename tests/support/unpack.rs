//! Deployment packages, unpacked.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;
use zip::ZipArchive;

/// Unpacks as Lambda does, with the permissions that the zip gives.
pub fn unpack(zip: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = ZipArchive::new(File::open(zip).unwrap()).unwrap();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let path = folder.path().join(&*file.name().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        fs::write(&path, bytes).unwrap();
        let mode = file.unix_mode().expect("a mode") & 0o777;
        fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    }
    folder
}
