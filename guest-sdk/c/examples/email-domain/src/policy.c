// Confirms a sign-up whose email address is at the domain in `custom:domain`. Other users
// may sign up as well, and confirm in the usual way.
#include "admit_policy.h"

bool configure(admit_str settings, admit_error *error) {
    admit_json json = admit_json_settings(settings);
    admit_json_no_fields(&json);
    return admit_json_done(&json, error);
}

bool evaluate(const admit_sign_up *sign_up, admit_verdict *verdict, admit_error *error) {
    (void)error;
    *verdict = admit_allow();
    admit_str actual;
    admit_str expected;
    if (admit_email_domain(sign_up, &actual)
        && admit_attribute(sign_up, ADMIT_STR("custom:domain"), &expected)
        && admit_eq_ignore_ascii_case(actual, expected)) {
        admit_confirm(verdict);
    }
    return true;
}
