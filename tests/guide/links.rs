//! A page that leads nowhere is worse than none.

use super::chapters::{chapter, files, folder};
use admit_tests::{anchors, links};
use std::fs;

#[test]
fn every_link_leads_somewhere() {
    let mut followed = 0;
    for name in files() {
        let text = chapter(&name);
        let here = folder().join(&name);
        for link in links(&text) {
            assert!(!link.contains("://"), "{name}: {link}");
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let path = if file.is_empty() { here.clone() } else { here.with_file_name(file) };
            assert!(path.exists(), "{name}: {link}");
            if !anchor.is_empty() {
                let known = anchors(&fs::read_to_string(&path).unwrap());
                assert!(known.contains(anchor), "{name}: {link}: {known:?}");
            }
            followed += 1;
        }
    }
    assert!(followed > 40, "{followed}");
}
