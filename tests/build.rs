//! Names every guest in `tests/guests`, so that one without a test does not compile.

use std::io::Result;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=guests");
    let mut guests = Vec::new();
    for entry in fs::read_dir("guests")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        guests.push(name.trim_end_matches(".wat").replace('-', "_"));
    }
    guests.sort();
    let calls: String = guests.iter().map(|guest| format!("        $each!({guest});\n")).collect();
    let text = format!("macro_rules! each_guest {{\n    ($each:ident) => {{\n{calls}    }};\n}}\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("each_guest.rs"), text)
}
