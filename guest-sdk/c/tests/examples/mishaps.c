// The mishaps that a native test can observe.
#include "admit_test.h"

static void has_code(const char *settings, const char *code) {
    admit_error error;
    CHECK(admit_test_configure(settings, &error));
    const admit_sign_up sign_up = {.user_name = ADMIT_STR("mary")};
    CHECK_TEXT(admit_test_code(&sign_up), code);
}

int main(void) {
    admit_error error;
    CHECK(!admit_test_configure("{}", &error));
    CHECK(!admit_test_configure("{\"mishap\": \"settings-refused\"}", &error));
    CHECK_TEXT(error.message, "these settings are refused: ünïcödé ✓");

    has_code("{\"mishap\": \"none\"}", "");
    has_code("{\"mishap\": \"log\"}", "");
    has_code("{\"mishap\": \"deny\"}", "mishap");
    has_code("{\"mishap\": \"error\"}", "error: could not decide: ünïcödé ✓");
    has_code("{\"mishap\": \"clock\"}", "error: there is no clock");

    CHECK(admit_test_configure("{\"mishap\": \"attributes\"}", &error));
    const admit_sign_up sign_up = {
        .attributes = ADMIT_ENTRIES({ADMIT_STR("b"), ADMIT_STR("é")},
                                    {ADMIT_STR("a"), ADMIT_STR("")}),
    };
    admit_verdict verdict;
    CHECK(evaluate(&sign_up, &verdict, &error));
    CHECK_TEXT(verdict.denial.message, "b=é, a=");
    return admit_failed_checks != 0;
}
