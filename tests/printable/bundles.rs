//! Bundles and packages with the canary in them.

use super::canary::with_canary;
use super::place::Place;
use admit_engine::Digest;
use serde_json::Value;
use std::fs;

const OF_A_BUNDLE: [&str; 9] = [
    "inspect bundle",
    "inspect bundle --format json",
    "bundle -o bundle --check",
    "bundle -o bundle --check --color always",
    "bundle -o bundle --check --format json",
    "verify bundle",
    "verify bundle --format json",
    "check bundle --format github",
    "diff bundle admit.toml --events event.json",
];

/// The text of `bundle.json` with a correct digest.
fn seal(bundle: &Value) -> String {
    let bundle = serde_json::to_string_pretty(bundle).unwrap();
    format!("{{\"digest\": \"{}\",\n\"bundle\": {bundle}}}\n", Digest::new(bundle.as_bytes()))
}

#[test]
fn indexes_of_bundles() {
    let place = Place::new();
    place.bundle();
    place.check(&OF_A_BUNDLE);
    let index = place.json("bundle/bundle.json")["bundle"].take();
    for (number, index) in with_canary(&index).iter().enumerate() {
        place.write("bundle/bundle.json", seal(index));
        place.check_some(number, &OF_A_BUNDLE);
    }
}

#[test]
fn descriptions_in_a_bundle() {
    let place = Place::new();
    place.bundle();
    let mut index = place.json("bundle/bundle.json")["bundle"].take();
    for (number, about) in with_canary(&place.json("bundle/about.json")).iter().enumerate() {
        let about = about.to_string();
        index["about"] = Digest::new(about.as_bytes()).to_string().into();
        place.write("bundle/about.json", about);
        place.write("bundle/bundle.json", seal(&index));
        place.check_some(number, &OF_A_BUNDLE[..7]);
    }
}

#[test]
fn names_in_a_package() {
    let place = Place::new();
    place.bundle();
    let whole = fs::read(place.path("f.zip")).unwrap();
    // Of the same length, in the headers of the files and in the directory.
    let evil = b"\x1b[45m\x9b1\xe2\x80\xae";
    for name in ["bootstrap", "bundle/about.json", "bundle/bundle.json"] {
        let mut bytes = whole.clone();
        for at in 0..bytes.len() {
            if bytes[at..].starts_with(name.as_bytes()) {
                let rest = &mut bytes[at + name.len().min(7)..at + name.len()];
                rest.iter_mut().zip(evil).for_each(|(byte, evil)| *byte = *evil);
            }
        }
        place.write("f.zip", bytes);
        place.check(&[
            "inspect f.zip",
            "inspect f.zip --format json",
            "verify f.zip",
            "check f.zip",
            "diff f.zip admit.toml --events event.json",
            "bundle --bootstrap bootstrap --zip f.zip --check",
            "bundle --bootstrap bootstrap --zip f.zip --check --format json",
        ]);
    }
}
