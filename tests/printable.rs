//! Commands print only printable characters, whatever a file contains: a canary of other characters is
//! put into each member of each input.

mod bundles;
mod canary;
mod inputs;
mod place;

pub(crate) use canary::check as check_output;

use admit_tests::root;
use std::fs;
use std::path::Path;

/// All output of the tool passes through the printer, which makes it printable.
#[test]
fn all_output_passes_through_the_printer() {
    fn look(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                look(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let ways = ["print!", "println!", "dbg!", "stdout()", "stderr()", "print_std"];
            let name = path.strip_prefix(root()).unwrap().display();
            found.extend(
                ways.iter().filter(|way| text.contains(*way)).map(|way| format!("{name}: {way}")),
            );
        }
    }

    let mut found = Vec::new();
    for crate_ in ["cli", "build", "component", "engine", "core", "cognito", "package"] {
        look(&root().join("host").join(crate_).join("src"), &mut found);
    }
    found.sort();
    let expected = [
        // The output of a tool that builds a project, which belongs to the project.
        "host/build/src/build/tools.rs: stderr()",
        // Messages of a build; what they quote of a file is made printable there.
        "host/build/src/diagnostics.rs: print_std",
        "host/build/src/diagnostics.rs: println!",
        "host/build/src/diagnostics.rs: stderr()",
        "host/build/src/diagnostics.rs: stdout()",
        "host/cli/src/output/printer.rs: stderr()",
        "host/cli/src/output/printer.rs: stdout()",
        // A progress bar with fixed words.
        "host/cli/src/output/progress.rs: stderr()",
        // The answer of a child process, which goes to its parent.
        "host/cli/src/process/child.rs: stdout()",
    ];
    assert_eq!(found, expected);
}
