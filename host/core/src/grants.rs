//! Compares what a policy is granted with what it requests.

use crate::permissions::{Permission, Permissions};
use crate::reads::{Name, ReadPath, Reads};
use std::collections::BTreeSet;

/// The grants and the requests of a policy, side by side and in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants<T> {
    grants: Vec<Grant<T>>,
    has_requests: bool,
}

/// One path or permission that a policy is granted or requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant<T> {
    /// The path or the permission.
    pub what: T,
    /// Whether it is granted.
    pub granted: bool,
    /// Whether the policy requests it, or `None` if it has no metadata.
    pub requested: Option<bool>,
    /// How the grant relates to the request.
    pub status: GrantStatus<T>,
}

/// How a grant relates to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantStatus<T> {
    /// Granted and requested, or neither.
    Equal,
    /// Granted to a policy without metadata.
    Unknown,
    /// Requested, and covered by this wider grant.
    Within(T),
    /// Granted, and part of this wider request.
    PartOf(T),
    /// Requested, and granted in part.
    InPart,
    /// Requested and not granted.
    NotGranted,
    /// Granted and not requested.
    NotRequested,
}

impl<T> GrantStatus<T> {
    /// Returns whether the grant and the request differ.
    pub fn is_difference(&self) -> bool {
        matches!(self, GrantStatus::InPart | GrantStatus::NotGranted | GrantStatus::NotRequested)
    }
}

impl<T: Clone> Grants<T> {
    pub(crate) fn new(grants: Vec<Grant<T>>, has_requests: bool) -> Grants<T> {
        Grants { grants, has_requests }
    }

    /// Iterates over every grant and every request.
    pub fn iter(&self) -> impl Iterator<Item = &Grant<T>> {
        self.grants.iter()
    }

    /// Returns whether the requests are known, that is, whether the policy has metadata.
    pub fn has_requests(&self) -> bool {
        self.has_requests
    }

    /// Iterates over the requests that are not granted, or only in part.
    pub fn missing(&self) -> impl Iterator<Item = &T> {
        let is_missing = |status: &GrantStatus<T>| {
            matches!(status, GrantStatus::InPart | GrantStatus::NotGranted)
        };
        self.grants.iter().filter(move |grant| is_missing(&grant.status)).map(|grant| &grant.what)
    }

    /// Iterates over the grants that are not requested.
    pub fn unused(&self) -> impl Iterator<Item = &T> {
        let is_unused = |status: &GrantStatus<T>| matches!(status, GrantStatus::NotRequested);
        self.grants.iter().filter(move |grant| is_unused(&grant.status)).map(|grant| &grant.what)
    }
}

impl Reads {
    /// Compares these grants with the requests.
    ///
    /// A `*` covers every name. It is unused if only single names are requested, since it grants
    /// more than they need.
    pub fn compare(&self, requested: Option<&Reads>) -> Grants<ReadPath> {
        let has_requests = requested.is_some();
        let all = self.iter().chain(requested.into_iter().flat_map(Reads::iter));
        let all: BTreeSet<&ReadPath> = all.collect();
        let grant = |path: &ReadPath| {
            let has = |reads: &Reads| reads.contains(path);
            let star = path.star();
            // A `*` that covers this name and others.
            let wider =
                |reads: &Reads| star.clone().filter(|star| star != path && reads.contains(star));
            let status = match (has(self), requested) {
                (true, None) => GrantStatus::Unknown,
                (true, Some(requested)) if has(requested) => GrantStatus::Equal,
                (true, Some(requested)) => {
                    wider(requested).map_or(GrantStatus::NotRequested, GrantStatus::PartOf)
                }
                (false, _) => match wider(self) {
                    Some(wider) => GrantStatus::Within(wider),
                    // Only a `*` is granted in part, so this is not quadratic.
                    None if star.as_ref() == Some(path)
                        && self.iter().any(|one| path.covers(one)) =>
                    {
                        GrantStatus::InPart
                    }
                    None => GrantStatus::NotGranted,
                },
            };
            let (granted, requested) = (has(self), requested.map(has));
            Grant { what: path.clone(), granted, requested, status }
        };
        Grants { grants: all.into_iter().map(grant).collect(), has_requests }
    }
}

impl Permissions {
    /// Compares these grants with the requests, for every permission.
    pub fn compare(&self, requested: Option<&Permissions>) -> Grants<Permission> {
        let has_requests = requested.is_some();
        let grant = |permission: Permission| {
            let granted = self.permit(permission);
            let requested = requested.map(|requested| requested.permit(permission));
            let status = plain_status(granted, requested);
            Grant { what: permission, granted, requested, status }
        };
        Grants { grants: Permission::ALL.into_iter().map(grant).collect(), has_requests }
    }
}

/// Returns the status of a grant that neither covers others nor is covered by one.
pub(crate) fn plain_status<T>(granted: bool, requested: Option<bool>) -> GrantStatus<T> {
    match (granted, requested) {
        (true, None) => GrantStatus::Unknown,
        (true, Some(false)) => GrantStatus::NotRequested,
        (false, Some(true)) => GrantStatus::NotGranted,
        (true, Some(true)) | (false, Some(false) | None) => GrantStatus::Equal,
    }
}

impl ReadPath {
    /// Returns the `*` that covers this path, or `None` if there is none.
    fn star(&self) -> Option<ReadPath> {
        match self {
            ReadPath::UserName => None,
            ReadPath::Entry(member, _) => Some(ReadPath::Entry(*member, Name::All)),
        }
    }

    /// Returns whether a policy that may read this path may read the other one.
    pub fn covers(&self, other: &ReadPath) -> bool {
        match (self, other) {
            (ReadPath::Entry(one, Name::All), ReadPath::Entry(another, _)) => one == another,
            _ => self == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flag::Flag;

    fn reads(paths: &[&str]) -> Reads {
        paths.iter().map(|path| ReadPath::try_from((*path).to_owned()).unwrap()).collect()
    }

    fn check(requested: &[&str], granted: &[&str], missing: &[&str], unused: &[&str]) {
        let grants = reads(granted).compare(Some(&reads(requested)));
        let texts =
            |paths: Vec<&ReadPath>| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(grants.missing().collect()), missing, "{requested:?} {granted:?}");
        assert_eq!(texts(grants.unused().collect()), unused, "{requested:?} {granted:?}");
        let differences = grants.iter().filter(|grant| grant.status.is_difference()).count();
        assert_eq!(differences, missing.len() + unused.len());
    }

    #[test]
    fn a_star_covers_names_and_a_name_does_not_cover_a_star() {
        let (email, all) = ("userAttributes.email", "userAttributes.*");
        check(&[], &[], &[], &[]);
        check(&["userName", email], &[email, "userName"], &[], &[]);
        check(&[email], &["userName"], &[email], &["userName"]);
        check(&[email], &[all], &[], &[all]);
        check(&[all], &[email], &[all], &[]);
        check(&[all], &[all, email], &[], &[]);
        check(
            &["clientMetadata.a"],
            &["validationData.*"],
            &["clientMetadata.a"],
            &["validationData.*"],
        );
    }

    #[test]
    fn each_path_has_a_status() {
        let path = |text: &str| ReadPath::try_from(text.to_owned()).unwrap();
        let status = |granted: &[&str], requested: Option<&[&str]>| {
            let grants = reads(granted).compare(requested.map(reads).as_ref());
            grants.iter().map(|grant| grant.status.clone()).collect::<Vec<_>>()
        };
        let (email, all) = ("userAttributes.email", "userAttributes.*");
        assert_eq!(status(&["userName"], Some(&["userName"])), [GrantStatus::Equal]);
        assert_eq!(status(&["userName"], None), [GrantStatus::Unknown]);
        assert_eq!(status(&["userName"], Some(&[])), [GrantStatus::NotRequested]);
        assert_eq!(status(&[], Some(&["userName"])), [GrantStatus::NotGranted]);
        assert_eq!(
            status(&[all], Some(&[email])),
            [GrantStatus::NotRequested, GrantStatus::Within(path(all))]
        );
        assert_eq!(
            status(&[email], Some(&[all])),
            [GrantStatus::InPart, GrantStatus::PartOf(path(all))]
        );
    }

    #[test]
    fn permissions_are_compared_one_by_one() {
        let permissions = |list: &[Permission]| list.iter().copied().collect::<Permissions>();
        let confirm = Permission::Flag(Flag::Confirm);
        let grants = permissions(&[confirm]).compare(Some(&permissions(&[Permission::Deny])));
        assert_eq!(grants.iter().count(), Permission::ALL.len());
        assert_eq!(grants.missing().copied().collect::<Vec<_>>(), [Permission::Deny]);
        assert_eq!(grants.unused().copied().collect::<Vec<_>>(), [confirm]);
    }
}
