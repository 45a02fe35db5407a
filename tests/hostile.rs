//! Hostile components affect no other sign-up.
//!
//! Each guest in `tests/guests` has a test of its name. A guest that can be compiled runs in the
//! release build of the function, beside a healthy policy, alone and then eight at once.

mod admission;
mod answers;
mod links;
mod long_list;
mod notes;
mod outcome;
mod resources;
mod time;
mod traps;

use admit_tests::root;
use std::fs;

#[test]
fn every_guest_has_a_test() {
    let rooms = fs::read_dir(root().join("tests/hostile")).unwrap();
    let tests: String =
        rooms.map(|room| fs::read_to_string(room.unwrap().path()).unwrap()).collect();
    for guest in fs::read_dir(root().join("tests/guests")).unwrap() {
        let name = guest.unwrap().file_name().into_string().unwrap();
        let test = name.trim_end_matches(".wat").replace('-', "_");
        assert!(tests.contains(&format!("#[test]\nfn {test}() {{")), "no test of {name}");
    }
}
