// Strings and their escapes.
#include <stdlib.h>

#include "../src/json_text.h"
#include "admit_test.h"

// Reads a copy of just that length, so that no byte behind it can be read unnoticed.
static const char *read(const char *text, admit_str *value) {
    const size_t length = strlen(text);
    char *const copy = malloc(length + 1);
    memcpy(copy, text, length);
    char *const exact = realloc(copy, length > 0 ? length : 1);
    size_t at = 0;
    const char *const problem = json_read_string((admit_str){exact, length}, &at, value);
    CHECK(at <= length);
    if (problem == NULL) {
        CHECK(at == length);
        *value = ADMIT_CONCAT(*value);
    }
    free(exact);
    return problem;
}

static void is(const char *text, const char *expected) {
    admit_str value = ADMIT_STR("not read");
    CHECK(read(text, &value) == NULL);
    CHECK_TEXT(value, expected);
}

static void is_wrong(const char *text, const char *expected) {
    admit_str value;
    const char *const problem = read(text, &value);
    CHECK_TEXT(problem == NULL ? ADMIT_STR("nothing") : admit_test_text(problem), expected);
}

int main(void) {
    is("\"\"", "");
    is("\"é😀\"", "é😀");
    is("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t");
    is("\"\\u0041\\u00e9\\u00E9\\u20ac\\uFFFF\"", "Aéé€\xef\xbf\xbf");
    is("\"\\ud83d\\ude00\\uD800\\uDC00\\udbff\\udfff\"", "😀\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    is("\"x\\u0062y\"", "xby");
    is("\"\x7f\"", "\x7f");

    admit_str zero;
    CHECK(read("\"a\\u0000b\"", &zero) == NULL);
    CHECK(admit_eq(zero, (admit_str){"a\0b", 3}));

    static const char *const end = "unexpected end of a string";
    is_wrong("\"", end);
    is_wrong("\"a", end);
    is_wrong("\"\\", end);
    is_wrong("\"\\\"", end);
    is_wrong("\"\\u00e9", end);

    static const char *const escape = "invalid escape";
    is_wrong("\"\\x\"", escape);
    is_wrong("\"\\u\"", escape);
    is_wrong("\"\\u123\"", escape);
    is_wrong("\"\\u12g4\"", escape);
    is_wrong("\"\\u+123\"", escape);
    is_wrong("\"\\U0041\"", escape);
    is_wrong("\"\\'\"", escape);

    static const char *const surrogate = "lone surrogate in an escape";
    is_wrong("\"\\ud83d\"", surrogate);
    is_wrong("\"\\ude00\"", surrogate);
    is_wrong("\"\\ud83dx\"", surrogate);
    is_wrong("\"\\ud83d\\n\"", surrogate);
    is_wrong("\"\\ud83d\\ud83d\"", surrogate);
    is_wrong("\"\\ud83d\\u\"", surrogate);
    is_wrong("\"\\ud83d\\ude0\"", surrogate);
    is_wrong("\"\\ude00\\ud83d\"", surrogate);

    static const char *const control = "control character in a string";
    is_wrong("\"\n\"", control);
    is_wrong("\"a\tb\"", control);
    is_wrong("\"\x01\"", control);
    return admit_failed_checks != 0;
}
