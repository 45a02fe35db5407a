// Denies user names that are too short.
#include "admit_policy.h"

static int64_t minimum;

bool configure(admit_str settings, admit_error *error) {
    minimum = 5;
    admit_json json = admit_json_settings(settings);
    admit_json_fields fields = ADMIT_JSON_FIELDS(ADMIT_STR("characters"));
    while (admit_json_field(&json, &fields)) {
        admit_json_integer(&json, 0, UINT32_MAX, &minimum);
    }
    return admit_json_done(&json, error);
}

bool evaluate(const admit_sign_up *sign_up, admit_verdict *verdict, admit_error *error) {
    (void)error;
    if ((int64_t)admit_count_chars(sign_up->user_name) < minimum) {
        const admit_str sentence =
            ADMIT_STR("Cannot register users with username less than the minimum length of ");
        *verdict = admit_deny(ADMIT_STR("username-too-short"),
                              ADMIT_CONCAT(sentence, admit_decimal(minimum)));
        return true;
    }
    *verdict = admit_allow();
    return true;
}
