// Configures and asks the policy that is tested, as the host does.
#include "../src/verdict.h"
#include "admit_test.h"

static bool forgets_settings;

void admit_forget_settings(void) {
    forgets_settings = true;
}

bool admit_test_configure(const char *settings, admit_error *error) {
    // A copy, which is zeroed as in the sandbox: what points into it is found.
    char *const copy = admit_alloc(strlen(settings) + 1);
    memcpy(copy, settings, strlen(settings));
    forgets_settings = false;
    *error = (admit_error){ADMIT_STR("")};
    const bool is_configured = configure((admit_str){copy, strlen(settings)}, error);
    if (is_configured && forgets_settings) {
        memset(copy, 0, strlen(settings));
    }
    return is_configured;
}

admit_str admit_test_code(const admit_sign_up *sign_up) {
    admit_verdict verdict = verdict_to_give();
    admit_error error = {ADMIT_STR("the policy gives no verdict")};
    if (!evaluate(sign_up, &verdict, &error) || !verdict_is_given(&verdict)) {
        return ADMIT_CONCAT(ADMIT_STR("error: "), error.message);
    }
    return verdict.denies ? verdict.denial.code : ADMIT_STR("");
}
