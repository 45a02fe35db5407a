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

static admit_str code(bool is_decided, const admit_verdict *verdict, const admit_error *error) {
    if (!is_decided || !verdict_is_given(verdict)) {
        return ADMIT_CONCAT(ADMIT_STR("error: "), error->message);
    }
    return verdict->denies ? verdict->denial.code : ADMIT_STR("");
}

#ifndef ADMIT_FACTS

admit_str admit_test_code(const admit_sign_up *sign_up) {
    admit_verdict verdict = verdict_to_give();
    admit_error error = {ADMIT_STR("the policy gives no verdict")};
    return code(evaluate(sign_up, &verdict, &error), &verdict, &error);
}

#else

admit_str admit_test_code_with_facts(const admit_sign_up *sign_up, const admit_facts *facts) {
    admit_verdict verdict = verdict_to_give();
    admit_error error = {ADMIT_STR("the policy gives no verdict")};
    return code(evaluate_with_facts(sign_up, facts, &verdict, &error), &verdict, &error);
}

admit_str admit_test_linked_user(const admit_sign_up *sign_up, const admit_facts *facts) {
    admit_verdict verdict = verdict_to_give();
    admit_error error = {ADMIT_STR("")};
    const bool links = evaluate_with_facts(sign_up, facts, &verdict, &error)
                    && verdict_is_given(&verdict) && !verdict.denies
                    && verdict.ballot.link.vote == ADMIT_GRANT;
    return links ? verdict.ballot.link.user_name : ADMIT_STR("");
}

#endif
