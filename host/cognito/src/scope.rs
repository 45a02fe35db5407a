//! Checks that the `applies-to` of a policy can match a sign-up.

use crate::event::TRIGGERS;
use crate::identifiers;
use admit_core::{KeyPath, Problem, Scope};

/// Rejects an `applies-to` with an entry that can never match, such as a wildcard, a name or an
/// ARN: the policy would silently never run. The error names the key below `applies-to`.
pub fn check_scope(scope: &Scope) -> Result<(), Problem> {
    check_list("triggers", &scope.triggers, is_trigger, TRIGGER)?;
    check_list("user-pools", &scope.user_pools, is_user_pool, USER_POOL)?;
    check_list("clients", &scope.clients, is_client, CLIENT)
}

const TRIGGER: &str = "a trigger of Cognito, such as `PreSignUp_SignUp`";
const USER_POOL: &str = "the id of a user pool, such as `us-east-1_EXAMPLE`";
const CLIENT: &str =
    "the id of an app client, such as `1example23456789`, or `CLIENT_ID_NOT_APPLICABLE`";

fn check_list(
    key: &str,
    list: &[String],
    is_possible: fn(&str) -> bool,
    expected: &str,
) -> Result<(), Problem> {
    let Some((index, text)) = list.iter().enumerate().find(|(_, text)| !is_possible(text)) else {
        return Ok(());
    };
    let message = match text.as_str() {
        "*" => format!("`*` matches nothing here: leave `{key}` out to match all"),
        // An id is ASCII, so invisible characters are shown escaped.
        text => {
            format!("`{}` is not {expected}: the policy would never run", text.escape_default())
        }
    };
    Err(KeyPath::default().key(key).index(index).problem(message))
}

/// Accepts unknown triggers, since Cognito may add some, but not a known one with wrong capitals.
fn is_trigger(text: &str) -> bool {
    let is_misspelt = |known: &&str| known.eq_ignore_ascii_case(text) && *known != text;
    identifiers::trigger(text).is_some_and(|text| !text.ends_with('_'))
        && !TRIGGERS.iter().any(is_misspelt)
}

fn is_user_pool(text: &str) -> bool {
    identifiers::user_pool(text).is_some()
}

/// Also accepts an id without a digit, as one in 5,000 is. [`identifiers::client`] requires a
/// digit, since it must tell an id from a name.
fn is_client(text: &str) -> bool {
    identifiers::client(text).is_some() || identifiers::client(&format!("{text}0")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(triggers: &[&str], user_pools: &[&str], clients: &[&str], expected: Result<(), &str>) {
        let list = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let scope = Scope {
            triggers: list(triggers),
            user_pools: list(user_pools),
            clients: list(clients),
        };
        let said = check_scope(&scope).map_err(|problem| problem.to_string());
        assert_eq!(
            said.as_ref().map_err(|said| said.split(':').next().unwrap_or("")).copied(),
            expected
        );
    }

    #[test]
    fn an_entry_that_can_never_match_is_rejected() {
        check(&[], &[], &[], Ok(()));
        check(
            &["PreSignUp_SignUp", "PreSignUp_New"],
            &["us-east-1_EXAMPLE", "local_2OHaSAmp"],
            &["1example23456789", "abcdefghijklmnopqrstuvwxyz", "CLIENT_ID_NOT_APPLICABLE"],
            Ok(()),
        );
        for odd in [
            "*",
            "",
            " ",
            "us-east-1_EXAMPLE ",
            "PreSignUp_",
            "PreSignUp_Signup",
            "us-east-1_EXAMPLE\u{202e}",
            "us-east-1_",
            "us-east-1_*",
            "my-client",
            "MyClient0123456789",
        ] {
            check(&[odd], &[], &[], Err("`triggers[0]`"));
            check(&[], &["us-east-1_EXAMPLE", odd], &[], Err("`user-pools[1]`"));
            check(&[], &[], &[odd], Err("`clients[0]`"));
        }
        let arn = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_EXAMPLE";
        check(&[], &[arn], &[], Err("`user-pools[0]`"));
    }

    #[test]
    fn the_error_for_a_wildcard_says_to_leave_the_list_out() {
        let scope = Scope { clients: vec!["*".to_owned()], ..Scope::default() };
        let said = check_scope(&scope).map_err(|problem| problem.message);
        assert_eq!(
            said,
            Err("`*` matches nothing here: leave `clients` out to match all".to_owned())
        );
    }
}
