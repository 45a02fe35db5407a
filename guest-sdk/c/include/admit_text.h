// Texts: a pointer and a length, in UTF-8, and never with a zero byte at the end.
#ifndef ADMIT_TEXT_H
#define ADMIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *ptr;
    size_t len;
} admit_str;

// The text of a string literal.
#define ADMIT_STR(literal) ((admit_str){"" literal, sizeof(literal) - 1})

bool admit_eq(admit_str a, admit_str b);

// Without regard to the case of the letters A to Z; others are compared as they stand.
bool admit_eq_ignore_ascii_case(admit_str a, admit_str b);

// Returns the text without the white space, in the sense of Unicode, at both its ends.
admit_str admit_trim(admit_str text);

// Whether nothing is left of a text once it is trimmed.
bool admit_is_blank(admit_str text);

// Takes one character off the beginning: false at the end of the text.
bool admit_next_char(admit_str *rest, uint32_t *character);

// How many characters a text has; not bytes.
size_t admit_count_chars(admit_str text);

// Finds a byte, such as '@', and tells where: false if it is not there.
bool admit_find_byte(admit_str text, char byte, size_t *index);

// Returns what stands between two places.
admit_str admit_slice(admit_str text, size_t from, size_t to);

// Puts texts together: `ADMIT_CONCAT(ADMIT_STR("at least "), admit_decimal(5))`.
#define ADMIT_CONCAT(...)                                                                          \
    admit_concat((const admit_str[]){__VA_ARGS__},                                                 \
                 sizeof((const admit_str[]){__VA_ARGS__}) / sizeof(admit_str))

admit_str admit_concat(const admit_str *parts, size_t count);

// Writes a number.
admit_str admit_decimal(int64_t number);

#endif
