//! A policy that links to a user that it was not shown.

use crate::facts::{decision, facts};

#[test]
fn linker() {
    let policy = crate::facts::linker("a", "link = \"root\"");
    let decision = decision(&[policy], true, &facts(&["mary"]));
    assert_eq!(decision["answer"], "deny", "{decision}");
    assert_eq!(decision["policies"][0]["failure"]["kind"], "unknown-user", "{decision}");
}
