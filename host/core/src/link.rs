//! Merges the votes on linking an external identity to a user of the pool.

use crate::decision::{Cleared, FlagRecord, PolicyRecord};
use crate::id::PolicyId;
use crate::user_name::UserName;

/// The trigger at which an external identity can be linked to a user.
pub const LINK_TRIGGER: &str = "PreSignUp_ExternalProvider";

/// Returns whether votes that count name different users. Such a sign-up is denied, even if another
/// policy withholds the link: the policies disagree on who the person is.
pub(crate) fn is_conflict(policies: &[&PolicyRecord]) -> bool {
    let mut users = policies.iter().filter_map(|record| record.links_to());
    let first = users.next();
    users.any(|user| Some(user) != first)
}

/// Merges the votes on the link: the user to whom the identity is linked, and the record if there
/// are any votes. `cleared` is the reason, if any, why a granted link is not made.
pub(crate) fn merge_link(
    policies: &[&PolicyRecord],
    cleared: Option<Cleared>,
) -> (Option<UserName>, Option<FlagRecord>) {
    let voters = |casts: &dyn Fn(&PolicyRecord) -> bool| {
        let voters = policies.iter().filter(|record| casts(record));
        voters.map(|record| record.policy.clone()).collect::<Vec<PolicyId>>()
    };
    let granted_by = voters(&|record| record.links_to().is_some());
    let withheld_by = voters(&PolicyRecord::withholds_link);
    if granted_by.is_empty() && withheld_by.is_empty() {
        return (None, None);
    }
    let granted = !granted_by.is_empty() && withheld_by.is_empty();
    let set = granted && cleared.is_none();
    let user = policies.iter().find_map(|record| record.links_to()).filter(|_| set).cloned();
    let cleared = cleared.filter(|_| granted);
    (user, Some(FlagRecord { set, granted_by, withheld_by, cleared }))
}
