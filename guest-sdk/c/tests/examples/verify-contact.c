// Verifies what is there.
#include "admit_test.h"

static void verifies(admit_str name, admit_str value, admit_vote email, admit_vote phone) {
    const admit_sign_up sign_up = {.attributes = ADMIT_ENTRIES({name, value})};
    admit_verdict verdict;
    admit_error error;
    CHECK(evaluate(&sign_up, &verdict, &error) && !verdict.denies);
    CHECK(verdict.ballot.confirm == ADMIT_GRANT);
    CHECK(verdict.ballot.verify_email == email);
    CHECK(verdict.ballot.verify_phone == phone);
}

int main(void) {
    admit_error error;
    CHECK(admit_test_configure("{}", &error));
    CHECK(!admit_test_configure("{\"email\": true}", &error));

    const admit_str email = ADMIT_STR("email");
    const admit_str phone = ADMIT_STR("phone_number");
    verifies(email, ADMIT_STR("mary@example.com"), ADMIT_GRANT, ADMIT_ABSTAIN);
    verifies(phone, ADMIT_STR("+12065550100"), ADMIT_ABSTAIN, ADMIT_GRANT);
    verifies(email, ADMIT_STR(""), ADMIT_ABSTAIN, ADMIT_ABSTAIN);
    verifies(email, ADMIT_STR("\u3000\u2009"), ADMIT_ABSTAIN, ADMIT_ABSTAIN);
    verifies(email, ADMIT_STR("\u200b"), ADMIT_GRANT, ADMIT_ABSTAIN);
    verifies(phone, ADMIT_STR(" \n"), ADMIT_ABSTAIN, ADMIT_ABSTAIN);
    verifies(ADMIT_STR("Email"), ADMIT_STR("mary@example.com"), ADMIT_ABSTAIN, ADMIT_ABSTAIN);
    return admit_failed_checks != 0;
}
