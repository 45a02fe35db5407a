// Looking up the members of a sign-up, and giving verdicts.
#include "../src/verdict.h"
#include "admit_test.h"

static void domain_is(const char *address, const char *expected) {
    admit_str domain = ADMIT_STR("none");
    admit_domain_of(admit_test_text(address), &domain);
    CHECK_TEXT(domain, expected);
}

static void trigger_is(const char *word, admit_trigger expected) {
    const admit_sign_up sign_up = {.trigger_source = admit_test_text(word)};
    CHECK(admit_trigger_of(&sign_up) == expected);
}

int main(void) {
    const admit_sign_up sign_up = {
        .attributes = ADMIT_ENTRIES({ADMIT_STR("email"), ADMIT_STR("mary@example.com")},
                                    {ADMIT_STR("name"), ADMIT_STR("attribute")}),
        .validation_data = ADMIT_ENTRIES({ADMIT_STR("name"), ADMIT_STR("validation data")}),
        .client_metadata = ADMIT_ENTRIES({ADMIT_STR("name"), ADMIT_STR("")}),
    };
    admit_str value = ADMIT_STR("none");
    CHECK(!admit_attribute(&sign_up, ADMIT_STR("Name"), &value));
    CHECK(!admit_validation_data(&sign_up, ADMIT_STR(""), &value));
    CHECK(!admit_client_metadata(&sign_up, ADMIT_STR("nam"), &value));
    CHECK_TEXT(value, "none");
    CHECK(admit_attribute(&sign_up, ADMIT_STR("name"), &value));
    CHECK_TEXT(value, "attribute");
    CHECK(admit_validation_data(&sign_up, ADMIT_STR("name"), &value));
    CHECK_TEXT(value, "validation data");
    CHECK(admit_client_metadata(&sign_up, ADMIT_STR("name"), &value));
    CHECK_TEXT(value, "");
    CHECK(admit_email_domain(&sign_up, &value));
    CHECK_TEXT(value, "example.com");
    const admit_sign_up empty = {.region = ADMIT_STR("eu-west-1")};
    CHECK(!admit_email_domain(&empty, &value));

    domain_is("mary@Example.COM", "Example.COM");
    domain_is("m@x", "x");
    domain_is("", "none");
    domain_is("mary", "none");
    domain_is("@", "none");
    domain_is("mary@", "none");
    domain_is("@example.com", "none");
    domain_is("mary@example.com@example.org", "none");
    domain_is("mary@@example.com", "none");
    domain_is("mary@example.com@", "none");

    trigger_is("PreSignUp_SignUp", ADMIT_TRIGGER_SIGN_UP);
    trigger_is("PreSignUp_AdminCreateUser", ADMIT_TRIGGER_ADMIN_CREATE_USER);
    trigger_is("PreSignUp_ExternalProvider", ADMIT_TRIGGER_EXTERNAL_PROVIDER);
    trigger_is("presignup_signup", ADMIT_TRIGGER_OTHER);
    trigger_is("", ADMIT_TRIGGER_OTHER);

    admit_verdict verdict = verdict_to_give();
    CHECK(!verdict_is_given(&verdict));
    verdict = admit_allow();
    CHECK(verdict_is_given(&verdict));
    CHECK(!verdict.denies && verdict.ballot.confirm == ADMIT_ABSTAIN);
    CHECK(verdict.ballot.verify_email == ADMIT_ABSTAIN);
    CHECK(verdict.ballot.verify_phone == ADMIT_ABSTAIN);
    admit_confirm(&verdict);
    admit_verify_email(&verdict);
    admit_verify_phone(&verdict);
    CHECK(verdict.ballot.confirm == ADMIT_GRANT);
    CHECK(verdict.ballot.verify_email == ADMIT_GRANT);
    CHECK(verdict.ballot.verify_phone == ADMIT_GRANT);
    admit_withhold_confirm(&verdict);
    CHECK(verdict.ballot.confirm == ADMIT_WITHHOLD);
    CHECK(verdict.ballot.verify_email == ADMIT_GRANT);
    admit_withhold_verify_email(&verdict);
    CHECK(verdict.ballot.verify_email == ADMIT_WITHHOLD);
    CHECK(verdict.ballot.verify_phone == ADMIT_GRANT);
    admit_withhold_verify_phone(&verdict);
    CHECK(verdict.ballot.verify_phone == ADMIT_WITHHOLD);

    verdict = admit_deny(ADMIT_STR("late"), ADMIT_STR("Too late"));
    admit_confirm(&verdict);
    CHECK(verdict.denies && verdict_is_given(&verdict));
    CHECK_TEXT(verdict.denial.code, "late");
    CHECK_TEXT(verdict.denial.message, "Too late");

    admit_error error = {ADMIT_STR("")};
    CHECK(!admit_fail(&error, ADMIT_STR("no luck")));
    CHECK_TEXT(error.message, "no luck");
    return admit_failed_checks != 0;
}
