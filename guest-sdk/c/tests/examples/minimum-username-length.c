// Denies names that are too short, by characters and not by bytes.
#include "admit_test.h"

static void has_code(const char *settings, const char *user_name, const char *code) {
    admit_error error;
    CHECK(admit_test_configure(settings, &error));
    const admit_sign_up sign_up = {.user_name = admit_test_text(user_name)};
    CHECK_TEXT(admit_test_code(&sign_up), code);
}

static void is_refused(const char *settings) {
    admit_error error;
    CHECK(!admit_test_configure(settings, &error));
    CHECK(error.message.len > 0);
}

int main(void) {
    static const char *const too_short = "username-too-short";
    has_code("{}", "rroe", too_short);
    has_code("{}", "rroe1", "");
    has_code("{\"characters\": 5}", "", too_short);
    has_code("{\"characters\": 5}", "rroe12", "");
    has_code("{\"characters\": 0}", "", "");
    has_code("{\"characters\": 3}", "éé", too_short);
    has_code("{\"characters\": 3}", "😀😀", too_short);
    has_code("{\"characters\": 3}", "ééé", "");
    has_code("{\"characters\": 4294967295}", "mary", too_short);

    const admit_sign_up sign_up = {.user_name = ADMIT_STR("al")};
    admit_verdict verdict;
    admit_error error;
    CHECK(admit_test_configure("{\"characters\": 12}", &error));
    CHECK(evaluate(&sign_up, &verdict, &error));
    CHECK_TEXT(verdict.denial.message,
               "Cannot register users with username less than the minimum length of 12");

    is_refused("{\"characters\": -1}");
    is_refused("{\"characters\": 1.5}");
    is_refused("{\"characters\": 4294967296}");
    is_refused("{\"characters\": \"5\"}");
    is_refused("{\"minimum\": 5}");
    return admit_failed_checks != 0;
}
