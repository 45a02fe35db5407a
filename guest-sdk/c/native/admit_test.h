// Tests a policy natively, without WebAssembly.
#ifndef ADMIT_TEST_H
#define ADMIT_TEST_H

#include <string.h>

#include "admit_policy.h"

// Notes, with file and line, where something does not hold.
#define CHECK(condition) admit_test_check(condition, __FILE__, __LINE__, #condition)

// Notes where a text is another one than expected.
#define CHECK_TEXT(found, wanted) admit_test_equal(found, wanted, __FILE__, __LINE__)

// How many did not hold: a test returns `admit_failed_checks != 0` from `main`.
extern int admit_failed_checks;

// The entries of a list: `ADMIT_ENTRIES({ADMIT_STR("email"), ADMIT_STR("mary@example.com")})`.
#define ADMIT_ENTRIES(...)                                                                         \
    {(const admit_entry[]){__VA_ARGS__},                                                           \
     sizeof((const admit_entry[]){__VA_ARGS__}) / sizeof(admit_entry)}

// Configures the policy the way the host does.
bool admit_test_configure(const char *settings, admit_error *error);

// The code of the denial, or nothing where the policy allows.
admit_str admit_test_code(const admit_sign_up *sign_up);

// The same for a policy with facts.
admit_str admit_test_code_with_facts(const admit_sign_up *sign_up, const admit_facts *facts);

// The name of the user to whom the identity should be linked, or nothing where the policy does not
// grant the link.
admit_str admit_test_linked_user(const admit_sign_up *sign_up, const admit_facts *facts);

// The facts of a test: `ADMIT_FACT_LIST(admit_test_time("now", 0))`.
#define ADMIT_FACT_LIST(...)                                                                       \
    {(const admit_fact[]){__VA_ARGS__},                                                            \
     sizeof((const admit_fact[]){__VA_ARGS__}) / sizeof(admit_fact)}

// A fact with `count` users.
admit_fact admit_test_users(const char *role, const admit_user *users, size_t count);

// A fact with a time, in milliseconds since 1970-01-01T00:00:00Z.
admit_fact admit_test_time(const char *role, uint64_t millis);

// A look-up without a result.
admit_fact admit_test_lookup_error(const char *role, admit_lookup_error error);

// A user with everything granted: confirmed, enabled, without attributes and without external
// identities.
admit_user admit_test_user(const char *user_name);

admit_str admit_test_text(const char *text);

// Behind the macros of the same purpose.
void admit_test_check(bool holds, const char *file, int line, const char *what);
void admit_test_equal(admit_str found, const char *wanted, const char *file, int line);

#endif
