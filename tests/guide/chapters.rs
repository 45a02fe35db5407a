//! Every chapter, each tried by a test of its own.

use super::session::Session;
use admit_tests::{fenced, root};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the chapters.
pub(super) fn folder() -> PathBuf {
    root().join("docs/src")
}

/// The text of a chapter.
pub(super) fn chapter(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The chapters that are part of the book, in its order.
pub(super) fn of_the_book() -> Vec<String> {
    admit_tests::links(&chapter("SUMMARY.md"))
}

macro_rules! tried {
    ($($test:ident: $chapter:literal,)*) => {
        $(#[test]
        fn $test() {
            Session::run($chapter, &fenced(&chapter($chapter)));
        })*

        /// The chapters with a test above.
        const TRIED: &[&str] = &[$($chapter),*];
    };
}

tried! {
    introduction: "introduction.md",
    first_policy: "first-policy.md",
    languages: "languages.md",
    settings: "settings.md",
    testing: "testing.md",
    contract: "contract.md",
    manifest: "manifest.md",
    lookups: "lookups.md",
    commands: "commands.md",
    merging: "merging.md",
    auditing: "auditing.md",
    upgrading: "upgrading.md",
    corporate_domain: "recipes/corporate-domain.md",
    invitation: "recipes/invitation.md",
    blocked_domains: "recipes/blocked-domains.md",
    long_list: "recipes/long-list.md",
    federated: "recipes/federated.md",
    one_account: "recipes/one-account.md",
}

/// The chapters that `operating.rs` and `languages.rs` try.
const TRIED_ELSEWHERE: &[&str] = &["operating.md", "typescript.md", "python.md", "c.md"];

/// Every file with a chapter.
pub(super) fn files() -> BTreeSet<String> {
    fn add(folder: &Path, below: &Path, names: &mut BTreeSet<String>) {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                add(&path, below, names);
            } else if path.extension().is_some_and(|end| end == "md") {
                names.insert(path.strip_prefix(below).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut names = BTreeSet::new();
    add(&folder(), &folder(), &mut names);
    names
}

/// The code of the recipe is that of a policy which is built and tested.
#[test]
fn the_code_for_a_long_list_is_that_of_the_guest() {
    let sources = ["domains.rs", "lib.rs"].map(|file| {
        fs::read_to_string(root().join("tests/guests/large-domain-list/src").join(file)).unwrap()
    });
    let blocks = fenced(&chapter("recipes/long-list.md"));
    let code: Vec<&str> =
        blocks.iter().filter(|block| block.info == "rust").map(|block| &*block.text).collect();
    assert_eq!(code.len(), sources.len());
    for (code, source) in code.into_iter().zip(&sources) {
        assert!(source.contains(code), "not in the guest, word for word:\n{code}");
    }
}

#[test]
fn every_chapter_is_in_the_book_and_is_tried() {
    let book = of_the_book();
    let named: BTreeSet<String> = book.iter().cloned().collect();
    assert_eq!(book.len(), named.len(), "a chapter twice");
    let mut files = files();
    assert!(files.remove("SUMMARY.md"));
    assert_eq!(named, files);
    let tried = TRIED.iter().chain(TRIED_ELSEWHERE).copied().map(str::to_owned);
    assert_eq!(tried.collect::<BTreeSet<_>>(), files);
}
