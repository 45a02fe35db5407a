// Confirms at the expected domain only.
#include "admit_test.h"

static admit_str words[2];

static void confirms(const char *email, const char *domain, bool expected) {
    words[0] = email == NULL ? (admit_str){0} : admit_test_text(email);
    words[1] = domain == NULL ? (admit_str){0} : admit_test_text(domain);
    admit_entry items[2];
    size_t count = 0;
    if (email != NULL) {
        items[count++] = (admit_entry){ADMIT_STR("email"), words[0]};
    }
    if (domain != NULL) {
        items[count++] = (admit_entry){ADMIT_STR("custom:domain"), words[1]};
    }
    const admit_sign_up sign_up = {.attributes = {items, count}};
    admit_verdict verdict;
    admit_error error;
    CHECK(evaluate(&sign_up, &verdict, &error));
    CHECK(!verdict.denies);
    CHECK((verdict.ballot.confirm == ADMIT_GRANT) == expected);
    CHECK(verdict.ballot.verify_email == ADMIT_ABSTAIN);
}

int main(void) {
    admit_error error;
    CHECK(!admit_test_configure("{\"domain\":\"example.com\"}", &error));
    CHECK(!admit_test_configure("[]", &error));
    CHECK(admit_test_configure(" {} ", &error));

    confirms("mary@example.com", "example.com", true);
    confirms("mary@Example.COM", "example.com", true);
    confirms("mary@example.com", "EXAMPLE.com", true);
    confirms("mary@example.org", "example.com", false);
    confirms("mary@sub.example.com", "example.com", false);
    confirms("mary@example.com", NULL, false);
    confirms("mary@example.com", "", false);
    confirms(NULL, "example.com", false);
    confirms(NULL, NULL, false);
    confirms("", "", false);
    confirms("mary@", "", false);
    confirms("@example.com", "example.com", false);
    confirms("example.com", "example.com", false);
    // The mail might go to either domain.
    confirms("a@example.com@x.org", "example.com", false);
    confirms("a@x.org@example.com", "example.com", false);
    // Equal in capitals, but not in ASCII.
    confirms("mary@bÜcher.example", "bücher.example", false);
    confirms("mary@bücher.example", "bücher.example", true);
    return admit_failed_checks != 0;
}
