// The policy, without WebAssembly: `make test`.
#include "admit_test.h"

static void has_code(const char *email, const char *code) {
    const admit_sign_up sign_up = {
        .attributes = ADMIT_ENTRIES({ADMIT_STR("email"), admit_test_text(email)}),
    };
    CHECK_TEXT(admit_test_code(&sign_up), code);
}

int main(void) {
    admit_error error;
    CHECK(!admit_test_configure("{ \"domains\": [] }", &error));
    CHECK_TEXT(error.message, "`domains` is empty, which would deny every sign-up");

    CHECK(admit_test_configure("{ \"domains\": [\"example.org\", \"example.com\"] }", &error));
    has_code("mary@example.com", "");
    has_code("mary@Example.ORG", "");
    has_code("mary@example.net", "email-domain-not-listed");
    has_code("mary@sub.example.com", "email-domain-not-listed");
    has_code("mary", "email-missing");

    const admit_sign_up without_email = {.user_name = ADMIT_STR("mary")};
    CHECK_TEXT(admit_test_code(&without_email), "email-missing");
    return admit_failed_checks != 0;
}
