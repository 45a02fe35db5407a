// Stands in for the host in a test.
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
