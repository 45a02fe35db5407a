// What stands for the host in a test.
#include <stdio.h>

#include "admit_test.h"

int admit_failed_checks;

static void note(const char *level, admit_str text) {
    fprintf(stderr, "%s: %.*s\n", level, (int)text.len, text.ptr);
}

void admit_log_debug(admit_str text) {
    note("debug", text);
}

void admit_log_info(admit_str text) {
    note("info", text);
}

void admit_log_warn(admit_str text) {
    note("warn", text);
}

void admit_log_error(admit_str text) {
    note("error", text);
}

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

void admit_test_check(bool holds, const char *file, int line, const char *what) {
    if (!holds) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
        admit_failed_checks++;
    }
}

void admit_test_equal(admit_str found, const char *wanted, const char *file, int line) {
    if (!admit_eq(found, (admit_str){wanted, strlen(wanted)})) {
        fprintf(stderr, "%s:%d: expected `%s`, found `%.*s`\n", file, line, wanted,
                (int)found.len, found.ptr);
        admit_failed_checks++;
    }
}

admit_str admit_test_text(const char *text) {
    return (admit_str){text, strlen(text)};
}

admit_str admit_test_code(const admit_sign_up *sign_up) {
    admit_verdict verdict = admit_allow();
    admit_error error = {ADMIT_STR("")};
    if (!evaluate(sign_up, &verdict, &error)) {
        return ADMIT_CONCAT(ADMIT_STR("error: "), error.message);
    }
    return verdict.denies ? verdict.denial.code : ADMIT_STR("");
}
