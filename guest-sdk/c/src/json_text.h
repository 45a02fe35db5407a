// How strings and numbers are written in JSON.
#ifndef ADMIT_JSON_TEXT_H
#define ADMIT_JSON_TEXT_H

#include "admit_text.h"

// Reads the string that begins at `at`, and sets `at` behind it. Returns what is wrong, or null.
const char *json_read_string(admit_str text, size_t *at, admit_str *value);

// How many bytes the number at the beginning of a text has: 0 if there is none.
size_t json_number_length(admit_str text);

// The value of a number that has neither fraction nor exponent: false if it has, or is too large.
bool json_integer(admit_str number, int64_t *value);

#endif
