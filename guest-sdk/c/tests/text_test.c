// Comparing, trimming, counting and putting together.
#include "admit_test.h"

static void trims(const char *text, const char *expected) {
    CHECK_TEXT(admit_trim(admit_test_text(text)), expected);
    CHECK(admit_is_blank(admit_test_text(text)) == (*expected == 0));
}

int main(void) {
    CHECK(admit_eq(ADMIT_STR(""), (admit_str){0}));
    CHECK(admit_eq(ADMIT_STR("é"), ADMIT_STR("é")));
    CHECK(!admit_eq(ADMIT_STR("a"), ADMIT_STR("ab")));
    CHECK(!admit_eq(ADMIT_STR("a"), ADMIT_STR("A")));

    CHECK(admit_eq_ignore_ascii_case(ADMIT_STR("Az09@[`{"), ADMIT_STR("aZ09@[`{")));
    CHECK(!admit_eq_ignore_ascii_case(ADMIT_STR("@"), ADMIT_STR("`")));
    CHECK(!admit_eq_ignore_ascii_case(ADMIT_STR("["), ADMIT_STR("{")));
    CHECK(!admit_eq_ignore_ascii_case(ADMIT_STR("É"), ADMIT_STR("é")));
    // The Kelvin sign is a K in Unicode alone.
    CHECK(!admit_eq_ignore_ascii_case(ADMIT_STR("\u212a"), ADMIT_STR("k")));

    trims("", "");
    trims("a", "a");
    trims(" \t\r\n\v\f", "");
    trims(" a b ", "a b");
    trims("\u00a0\xc2\x85\u1680\u2000\u200aa\u2028\u2029\u202f\u205f\u3000", "a");
    trims("\u3000é\u3000", "é");
    trims("\u3000", "");
    // Not white space: a zero-width space, a byte order mark, the Mongolian vowel separator, and
    // what C0 has for files.
    trims("\u200b", "\u200b");
    trims("\ufeff", "\ufeff");
    trims("\u180e", "\u180e");
    trims("\x1c", "\x1c");
    trims("\x1f", "\x1f");

    CHECK(admit_count_chars(ADMIT_STR("")) == 0);
    CHECK(admit_count_chars(ADMIT_STR("aé€😀")) == 4);
    // Two characters for one that is seen.
    CHECK(admit_count_chars(ADMIT_STR("e\u0301")) == 2);

    admit_str rest = ADMIT_STR("aé€😀");
    const uint32_t expected[] = {'a', 0xe9, 0x20ac, 0x1f600};
    uint32_t character = 0;
    for (size_t i = 0; i < 4; i++) {
        CHECK(admit_next_char(&rest, &character) && character == expected[i]);
    }
    CHECK(!admit_next_char(&rest, &character));

    size_t index = 0;
    CHECK(admit_find_byte(ADMIT_STR("a@b@"), '@', &index) && index == 1);
    CHECK(!admit_find_byte(ADMIT_STR(""), '@', &index));

    CHECK_TEXT(admit_slice(ADMIT_STR("abc"), 1, 2), "b");
    CHECK_TEXT(admit_slice(ADMIT_STR("abc"), 2, 9), "c");
    CHECK_TEXT(admit_slice(ADMIT_STR("abc"), 5, 9), "");
    CHECK_TEXT(admit_slice((admit_str){0}, 0, 1), "");

    CHECK_TEXT(ADMIT_CONCAT(ADMIT_STR("a"), ADMIT_STR(""), (admit_str){0}, ADMIT_STR("é")), "aé");
    CHECK_TEXT(admit_decimal(0), "0");
    CHECK_TEXT(admit_decimal(-70), "-70");
    CHECK_TEXT(admit_decimal(INT64_MAX), "9223372036854775807");
    CHECK_TEXT(admit_decimal(INT64_MIN), "-9223372036854775808");
    return admit_failed_checks != 0;
}
