// Reads settings, which are JSON, from the beginning to the end.
//
// After an error every function returns false and does nothing. So it is enough to check
// `admit_json_done`, at the end.
#ifndef ADMIT_JSON_H
#define ADMIT_JSON_H

#include "admit_text.h"

struct admit_error;

typedef struct {
    admit_str text;
    size_t at;
    // The innermost key that was read, for errors.
    admit_str key;
    // The error with its place; empty if there is none.
    admit_str problem;
} admit_json;

// Starts to read. The settings are a JSON object: anything else is an error.
admit_json admit_json_settings(admit_str settings);

// Whether all was read without an error. If not, sets the error.
bool admit_json_done(admit_json *json, struct admit_error *error);

// An object with known fields, of which there are at most 64.
typedef struct {
    const admit_str *names;
    size_t count;
    // The field that was just found, counted from 0 in the order of the names.
    size_t current;
    uint64_t seen;
    bool started;
} admit_json_fields;

#define ADMIT_JSON_FIELDS(...)                                                                     \
    {(const admit_str[]){__VA_ARGS__},                                                             \
     sizeof((const admit_str[]){__VA_ARGS__}) / sizeof(admit_str), 0, 0, false}

// Goes to the next field of an object, whose value must then be read: false at the end of the
// object. A field that is not in the list, or that comes twice, is an error.
bool admit_json_field(admit_json *json, admit_json_fields *fields);

// Whether a field was there, once all were read. If it was not, that is an error.
bool admit_json_require(admit_json *json, const admit_json_fields *fields, size_t field);

// Reads an object that has no fields, as the settings of a policy without any are.
bool admit_json_no_fields(admit_json *json);

// Goes to the next key of an object with any keys: false at the end. `started` begins as false.
bool admit_json_key(admit_json *json, bool *started, admit_str *key);

// Goes to the next item of an array, which must then be read: false at the end. `started` begins
// as false.
bool admit_json_item(admit_json *json, bool *started);

// The text points into the settings, or is a copy where it was written with escapes.
bool admit_json_string(admit_json *json, admit_str *value);

// Reads a whole number, written without fraction and exponent.
bool admit_json_integer(admit_json *json, int64_t least, int64_t most, int64_t *value);

// Reads a number, as it is written.
bool admit_json_number(admit_json *json, admit_str *value);
bool admit_json_bool(admit_json *json, bool *value);

// Reads `null` if it comes next. Anything else is left to be read, and is not an error.
bool admit_json_null(admit_json *json);

// Skips a value of any kind.
bool admit_json_skip(admit_json *json);

// Refuses a value that is valid JSON. The error will be this text, unchanged.
bool admit_json_refuse(admit_json *json, admit_str problem);

#endif
