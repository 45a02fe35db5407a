//! Golden files.

use crate::root;
use std::path::Path;
use std::{env, fs};

/// Compares a text with the file `tests/golden/<name>`, and writes that file instead where
/// `ADMIT_UPDATE_GOLDEN` is set.
pub fn check_golden(name: &str, text: &str) {
    let path = root().join("tests/golden").join(name);
    check_file(&path, &text.replace(&root().display().to_string(), "[root]"));
}

/// The same with another file of the repository.
pub fn check_file(path: &Path, text: &str) {
    if env::var_os("ADMIT_UPDATE_GOLDEN").is_some() {
        fs::write(path, text).expect("the golden file can be written");
        return;
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    let name = path.strip_prefix(root()).unwrap_or(path).display();
    assert!(
        golden == text,
        "{name} differs; set ADMIT_UPDATE_GOLDEN=1 to accept what is new\n\
         --- golden\n{golden}--- found\n{text}"
    );
}
