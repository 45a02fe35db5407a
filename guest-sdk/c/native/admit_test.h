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

admit_str admit_test_text(const char *text);

// Behind the macros of the same purpose.
void admit_test_check(bool holds, const char *file, int line, const char *what);
void admit_test_equal(admit_str found, const char *wanted, const char *file, int line);

#endif
