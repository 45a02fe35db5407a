//! What a policy is granted beside what it asks for.

use super::untrusted_text::UntrustedText;
use admit_core::{Metadata, Permission, Policy, ReadPath, Reads};
use std::collections::BTreeSet;
use std::fmt;

/// One thing that a policy is granted or asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantRow {
    pub(crate) what: UntrustedText,
    pub(crate) granted: bool,
    /// None if the policy does not say what it asks for.
    pub(crate) asked: Option<bool>,
    pub(crate) standing: GrantStatus,
}

/// How a grant and a demand stand to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GrantStatus {
    /// Granted and asked for, or neither.
    Equal,
    /// Granted; the policy does not say what it asks for.
    Untold,
    /// Asked for, and granted together with all others of its kind.
    Within(UntrustedText),
    /// Granted, and one of all those that are asked for.
    PartOf(UntrustedText),
    /// All are asked for, and some granted.
    InPart,
    /// Asked for and not granted.
    NotGranted,
    /// Granted and not asked for.
    NotAsked,
}

impl GrantStatus {
    /// Whether somebody should look at it.
    pub(crate) fn is_difference(&self) -> bool {
        matches!(self, GrantStatus::InPart | GrantStatus::NotGranted | GrantStatus::NotAsked)
    }

    /// Whether there is more to say than whether it is granted and asked for.
    pub(crate) fn is_told(&self) -> bool {
        !matches!(self, GrantStatus::Equal | GrantStatus::Untold)
    }
}

impl fmt::Display for GrantStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GrantStatus::Equal => f.write_str("as asked"),
            GrantStatus::Untold => f.write_str("it does not say what it asks for"),
            GrantStatus::Within(all) => write!(f, "granted with {all}"),
            GrantStatus::PartOf(all) => write!(f, "part of {all}, which it asks for"),
            GrantStatus::InPart => f.write_str("granted in part"),
            GrantStatus::NotGranted => f.write_str("asked for, not granted"),
            GrantStatus::NotAsked => f.write_str("granted, not asked for"),
        }
    }
}

/// What a policy may see and what it asks to see, in one list.
pub(crate) fn of_reads(policy: &Policy, metadata: Option<&Metadata>) -> Vec<GrantRow> {
    let asked = metadata.map(|metadata| &metadata.reads);
    let all: BTreeSet<&ReadPath> =
        policy.reads.iter().chain(asked.into_iter().flat_map(Reads::iter)).collect();
    all.into_iter().map(|path| of_path(path, &policy.reads, asked)).collect()
}

/// What a policy may decide and what it asks for, of all that there is to decide.
pub(crate) fn of_verdicts(policy: &Policy, metadata: Option<&Metadata>) -> Vec<GrantRow> {
    let demand = |power: Permission| {
        let granted = policy.terms.verdicts.permit(power);
        let asked = metadata.map(|metadata| metadata.verdicts.permit(power));
        let standing = match (granted, asked) {
            (true, None) => GrantStatus::Untold,
            (true, Some(false)) => GrantStatus::NotAsked,
            (false, Some(true)) => GrantStatus::NotGranted,
            (true, Some(true)) | (false, Some(false) | None) => GrantStatus::Equal,
        };
        GrantRow { what: UntrustedText::name(power), granted, asked, standing }
    };
    Permission::ALL.into_iter().map(demand).collect()
}

fn of_path(path: &ReadPath, reads: &Reads, asked: Option<&Reads>) -> GrantRow {
    let has = |reads: &Reads| reads.iter().any(|other| other == path);
    // A `*` that stands for this name and others.
    let wider = |reads: &Reads| {
        reads.iter().find(|other| *other != path && other.covers(path)).map(UntrustedText::name)
    };
    let granted = has(reads);
    let standing = match (granted, asked) {
        (true, None) => GrantStatus::Untold,
        (true, Some(asked)) if has(asked) => GrantStatus::Equal,
        (true, Some(asked)) => wider(asked).map_or(GrantStatus::NotAsked, GrantStatus::PartOf),
        (false, _) => match wider(reads) {
            Some(whole) => GrantStatus::Within(whole),
            None if reads.iter().any(|one| path.covers(one)) => GrantStatus::InPart,
            None => GrantStatus::NotGranted,
        },
    };
    GrantRow { what: UntrustedText::name(path), granted, asked: asked.map(has), standing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(paths: &[&str]) -> Reads {
        paths.iter().map(|path| ReadPath::try_from((*path).to_owned()).unwrap()).collect()
    }

    /// Each path with how it stands.
    fn check(granted: &[&str], asked: Option<&[&str]>, expected: &[(&str, &str)]) {
        let (granted, asked) = (reads(granted), asked.map(reads));
        let all: BTreeSet<&ReadPath> =
            granted.iter().chain(asked.iter().flat_map(Reads::iter)).collect();
        let found: Vec<(String, String)> = all
            .into_iter()
            .map(|path| of_path(path, &granted, asked.as_ref()))
            .map(|demand| (demand.what.to_string(), demand.standing.to_string()))
            .collect();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(path, is)| ((*path).to_owned(), (*is).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_grant_is_held_against_what_is_asked_for() {
        check(&["userName"], Some(&["userName"]), &[("userName", "as asked")]);
        check(&["userName"], None, &[("userName", "it does not say what it asks for")]);
        check(&["userName"], Some(&[]), &[("userName", "granted, not asked for")]);
        check(&[], Some(&["userName"]), &[("userName", "asked for, not granted")]);
    }

    #[test]
    fn a_star_stands_for_every_name() {
        check(
            &["userAttributes.*"],
            Some(&["userAttributes.email"]),
            &[
                ("userAttributes.*", "granted, not asked for"),
                ("userAttributes.email", "granted with userAttributes.*"),
            ],
        );
        check(
            &["userAttributes.email"],
            Some(&["userAttributes.*"]),
            &[
                ("userAttributes.*", "granted in part"),
                ("userAttributes.email", "part of userAttributes.*, which it asks for"),
            ],
        );
        check(
            &["validationData.a"],
            Some(&["userAttributes.*"]),
            &[
                ("userAttributes.*", "asked for, not granted"),
                ("validationData.a", "granted, not asked for"),
            ],
        );
    }
}
