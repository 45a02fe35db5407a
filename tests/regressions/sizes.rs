//! The sizes of the bootstrap and of the bundle of the samples.

use admit_tests::{Bundle, bootstrap};
use std::fs;

/// The most bytes of the bootstrap, in which a compiler would be ten million more, with a C library
/// linked in. For x86-64; other machines have other code.
const BOOTSTRAP: u64 = 4_885_000;

/// The most bytes of the bundle of AWS's three samples, all files together.
const BUNDLE: u64 = 273_000;

/// How far a size may be below its limit, in percent. Where it is more, the limit is lowered:
/// one with much room guards nothing.
const ROOM: u64 = 5;

#[test]
fn the_bootstrap_is_no_larger_than_it_was() {
    check("the bootstrap", fs::metadata(bootstrap()).unwrap().len(), BOOTSTRAP);
}

#[test]
fn the_bundle_of_the_samples_is_no_larger_than_it_was() {
    let bundle = Bundle::sample();
    let files = fs::read_dir(bundle.path()).unwrap();
    let sizes = files.map(|file| file.unwrap().metadata().unwrap().len());
    check("the bundle", sizes.sum(), BUNDLE);
}

fn check(what: &str, bytes: u64, most: u64) {
    assert!(bytes <= most, "{what} has {bytes} bytes, {most} at most");
    let least = most / 100 * (100 - ROOM);
    let is_measured_here = cfg!(target_arch = "x86_64");
    assert!(bytes >= least || !is_measured_here, "{what} has {bytes} bytes: lower the limit");
}
