//! Compares what a policy is granted with what it requests.

use crate::permissions::{Permission, Permissions};
use crate::reads::{Name, ReadPath, Reads};

/// How what a policy is granted differs from what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference<T> {
    /// What it asks for and is not granted, in order.
    pub missing: Vec<T>,
    /// What it is granted and does not ask for, in order.
    pub unused: Vec<T>,
}

impl<T: Clone> Difference<T> {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unused.is_empty()
    }

    fn between(asked: &[T], granted: &[T], covers: impl Fn(&T, &T) -> bool) -> Difference<T> {
        let without = |these: &[T], others: &[T]| {
            let covered = |item: &T| others.iter().any(|other| covers(other, item));
            these.iter().filter(|item| !covered(item)).cloned().collect()
        };
        Difference { missing: without(asked, granted), unused: without(granted, asked) }
    }
}

impl Reads {
    /// How what is granted here differs from what is asked for. A `*` covers every name; it is
    /// unused where single names are asked for, since it grants more than they need.
    pub fn difference(&self, asked: &Reads) -> Difference<ReadPath> {
        let list = |reads: &Reads| reads.iter().cloned().collect::<Vec<_>>();
        Difference::between(&list(asked), &list(self), ReadPath::covers)
    }
}

impl Permissions {
    /// How what is granted here differs from what is asked for.
    pub fn difference(&self, asked: &Permissions) -> Difference<Permission> {
        let list = |permissions: &Permissions| permissions.iter().collect::<Vec<_>>();
        Difference::between(&list(asked), &list(self), |one, other| one == other)
    }
}

impl ReadPath {
    /// Whether who may read this may read the other.
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

    fn check(asked: &[&str], granted: &[&str], missing: &[&str], unused: &[&str]) {
        let difference = reads(granted).difference(&reads(asked));
        let texts = |paths: &[ReadPath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(&difference.missing), missing, "{asked:?} {granted:?}");
        assert_eq!(texts(&difference.unused), unused, "{asked:?} {granted:?}");
        assert_eq!(difference.is_empty(), missing.is_empty() && unused.is_empty());
    }

    #[test]
    fn a_star_covers_names_and_no_name_covers_a_star() {
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
    fn powers_are_compared_one_by_one() {
        let permissions = |list: &[Permission]| list.iter().copied().collect::<Permissions>();
        let difference = permissions(&[Permission::Flag(Flag::Confirm)])
            .difference(&permissions(&[Permission::Deny]));
        assert_eq!(difference.missing, [Permission::Deny]);
        assert_eq!(difference.unused, [Permission::Flag(Flag::Confirm)]);
    }
}
