// Denies listed domains, what is below them, and addresses without a clear domain.
#include <stdio.h>
#include <stdlib.h>

#include "admit_test.h"
#include "domains.h"

static void has_code(const char *email, const char *code) {
    const admit_sign_up sign_up = {
        .attributes = ADMIT_ENTRIES({ADMIT_STR("email"), admit_test_text(email)}),
    };
    CHECK_TEXT(admit_test_code(&sign_up), code);
}

static void is_refused(const char *settings, const char *message) {
    admit_error error;
    CHECK(!admit_test_configure(settings, &error));
    CHECK_TEXT(error.message, message);
}

static void decides(void) {
    static const char *const blocked = "email-domain-blocked";
    static const char *const unknown = "email-domain-unknown";
    admit_error error;
    CHECK(admit_test_configure("{\"domains\": [\"spam.example\", \"Mixed.Example\", \"net\","
                               "\"dot.example.\", \"esc\\u0061pe.example\"]}",
                               &error));
    has_code("mary@spam.example", blocked);
    has_code("mary@SPAM.Example", blocked);
    has_code("mary@spam.example.", blocked);
    has_code("mary@a.b.spam.example", blocked);
    has_code("mary@mixed.example", blocked);
    has_code("mary@dot.example", blocked);
    has_code("mary@escape.example", blocked);
    has_code("mary@any.net", blocked);
    has_code("mary@example", "");
    has_code("mary@notspam.example", "");
    has_code("mary@spam.example.com", "");
    has_code("spam.example@example.com", "");
    has_code("", unknown);
    has_code("mary", unknown);
    has_code("mary@", unknown);
    has_code("@example.com", unknown);
    has_code("mary@spam.example@example.com", unknown);
    has_code("mary@spam.example..", unknown);
    has_code("mary@.", unknown);
    has_code("mary@.spam.example", unknown);
    has_code("mary@spam..example", unknown);
    has_code("mary@spam.example ", unknown);
    has_code("mary@[192.0.2.1]", unknown);
    // A full-width letter, which mail software may read as `e`.
    has_code("mary@spam.\uff45xample", unknown);

    char email[300] = "mary@";
    memset(email + 5, 'a', 254);
    has_code(email, unknown);
    email[5 + 253] = 0;
    has_code(email, "");

    const admit_sign_up without_email = {.user_name = ADMIT_STR("mary@spam.example")};
    CHECK_TEXT(admit_test_code(&without_email), "");
}

// Each entry is found, and nothing else, for lists of any length.
static void finds_each_of(size_t count) {
    domain_list list = {0};
    for (size_t i = 0; i < count; i++) {
        char entry[40];
        snprintf(entry, sizeof entry, "d%zu.example", i * 2741 % (count + 1));
        CHECK(domains_add(&list, admit_test_text(entry)));
    }
    domains_sort(&list);
    CHECK(list.count == count);
    for (size_t i = 1; i < count; i++) {
        CHECK(list.numbers[i - 1] < list.numbers[i]);
    }
    for (size_t i = 0; i < count; i++) {
        char domain[40];
        snprintf(domain, sizeof domain, "a.d%zu.example", i * 2741 % (count + 1));
        CHECK(domains_contain_one_above(&list, admit_test_text(domain)));
        snprintf(domain, sizeof domain, "d%zu.example", i + count + 1);
        CHECK(!domains_contain_one_above(&list, admit_test_text(domain)));
    }
}

int main(void) {
    decides();
    const size_t counts[] = {0, 1, 2, 3, 10, 1000, 30000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        finds_each_of(counts[i]);
    }
    is_refused("{}", "the settings do not fit: missing field `domains` at line 1 column 2");
    is_refused("{\"domain\": []}",
               "the settings do not fit: unknown field `domain`, expected `domains` at line 1 "
               "column 10");
    is_refused("{\"domains\": [\"a\", \"\"]}",
               "`domains`: `` is not a domain such as `example.com`");
    is_refused("{\"domains\": [\".\"]}", "`domains`: `` is not a domain such as `example.com`");
    is_refused("{\"domains\": [\"*.Example.com\", \"b b\"]}",
               "`domains`: `*.example.com` is not a domain such as `example.com`");
    is_refused("{\"domains\": [\"bücher.example\"]}",
               "`domains`: `bücher.example` is not a domain such as `example.com`");
    return admit_failed_checks != 0;
}
