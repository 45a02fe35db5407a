// Confirms every sign-up, and verifies the email address and the phone number that it has.
#include "admit_policy.h"

static bool has(const admit_sign_up *sign_up, admit_str attribute) {
    admit_str value;
    return admit_attribute(sign_up, attribute, &value) && !admit_is_blank(value);
}

bool configure(admit_str settings, admit_error *error) {
    admit_json json = admit_json_settings(settings);
    admit_json_no_fields(&json);
    return admit_json_done(&json, error);
}

bool evaluate(const admit_sign_up *sign_up, admit_verdict *verdict, admit_error *error) {
    (void)error;
    *verdict = admit_allow();
    admit_confirm(verdict);
    if (has(sign_up, ADMIT_STR("email"))) {
        admit_verify_email(verdict);
    }
    if (has(sign_up, ADMIT_STR("phone_number"))) {
        admit_verify_phone(verdict);
    }
    return true;
}
