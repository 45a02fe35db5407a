#include "admit_json.h"

#include "admit_policy.h"
#include "json_text.h"

// How deep a value that is passed over may be nested.
enum { DEEPEST = 128 };

static bool is_fine(const admit_json *json) {
    return json->problem.len == 0;
}

// Says what is wrong, and where.
static bool wrong(admit_json *json, admit_str what) {
    if (is_fine(json)) {
        int64_t line = 1;
        int64_t column = 0;
        for (size_t i = 0; i < json->at; i++) {
            column++;
            if (json->text.ptr[i] == '\n') {
                line++;
                column = 0;
            }
        }
        json->problem = ADMIT_CONCAT(ADMIT_STR("the settings do not fit: "), what,
                                     ADMIT_STR(" at line "), admit_decimal(line),
                                     ADMIT_STR(" column "), admit_decimal(column));
    }
    return false;
}

// The next character that is not white space, or 0 at the end.
static char next(admit_json *json) {
    while (json->at < json->text.len) {
        const char byte = json->text.ptr[json->at];
        if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') {
            return byte;
        }
        json->at++;
    }
    return 0;
}

static bool take(admit_json *json, char byte) {
    if (next(json) != byte) {
        return false;
    }
    json->at++;
    return true;
}

// Says what stands in place of something else.
static bool expected(admit_json *json, admit_str what) {
    if (next(json) == 0) {
        return wrong(json, ADMIT_STR("unexpected end"));
    }
    if (json->key.ptr == NULL) {
        return wrong(json, ADMIT_CONCAT(ADMIT_STR("expected "), what));
    }
    return wrong(json, ADMIT_CONCAT(ADMIT_STR("`"), json->key, ADMIT_STR("`: expected "), what));
}

admit_json admit_json_settings(admit_str settings) {
    admit_json json = {.text = settings};
    if (next(&json) != '{') {
        admit_json_refuse(&json, ADMIT_STR("the settings are not a JSON object"));
    }
    return json;
}

bool admit_json_refuse(admit_json *json, admit_str problem) {
    if (is_fine(json)) {
        json->problem = problem;
    }
    return false;
}

bool admit_json_done(admit_json *json, admit_error *error) {
    if (is_fine(json) && next(json) != 0) {
        wrong(json, ADMIT_STR("trailing characters"));
    }
    return is_fine(json) || admit_fail(error, json->problem);
}

// Goes to the next element: false at the end of the array or the object.
static bool element(admit_json *json, bool *started, char open, char close, admit_str what) {
    if (!is_fine(json)) {
        return false;
    }
    if (!*started) {
        if (!take(json, open)) {
            return expected(json, what);
        }
        *started = true;
        return !take(json, close);
    }
    if (take(json, close)) {
        return false;
    }
    if (!take(json, ',')) {
        return expected(json, open == '{' ? ADMIT_STR("`,` or `}`") : ADMIT_STR("`,` or `]`"));
    }
    return true;
}

bool admit_json_item(admit_json *json, bool *started) {
    return element(json, started, '[', ']', ADMIT_STR("an array"));
}

bool admit_json_key(admit_json *json, bool *started, admit_str *key) {
    if (!element(json, started, '{', '}', ADMIT_STR("an object"))) {
        return false;
    }
    if (next(json) != '"') {
        return expected(json, ADMIT_STR("a key in quotes"));
    }
    if (!admit_json_string(json, key)) {
        return false;
    }
    json->key = *key;
    return take(json, ':') || expected(json, ADMIT_STR("`:`"));
}

// Says which fields there are.
static bool unknown(admit_json *json, const admit_json_fields *fields, admit_str key) {
    admit_str names = ADMIT_STR("there are no fields");
    for (size_t i = 0; i < fields->count; i++) {
        const admit_str before = i > 0              ? ADMIT_CONCAT(names, ADMIT_STR(", "))
                                 : fields->count > 1 ? ADMIT_STR("expected one of ")
                                                     : ADMIT_STR("expected ");
        names = ADMIT_CONCAT(before, ADMIT_STR("`"), fields->names[i], ADMIT_STR("`"));
    }
    return wrong(json,
                 ADMIT_CONCAT(ADMIT_STR("unknown field `"), key, ADMIT_STR("`, "), names));
}

bool admit_json_field(admit_json *json, admit_json_fields *fields) {
    admit_str key;
    if (!admit_json_key(json, &fields->started, &key)) {
        return false;
    }
    for (size_t i = 0; i < fields->count; i++) {
        if (admit_eq(key, fields->names[i])) {
            const uint64_t bit = (uint64_t)1 << i;
            if ((fields->seen & bit) != 0) {
                return wrong(
                    json, ADMIT_CONCAT(ADMIT_STR("duplicate field `"), key, ADMIT_STR("`")));
            }
            fields->seen |= bit;
            fields->current = i;
            return true;
        }
    }
    return unknown(json, fields, key);
}

bool admit_json_no_fields(admit_json *json) {
    admit_json_fields none = {.names = NULL};
    admit_json_field(json, &none);
    return is_fine(json);
}

bool admit_json_require(admit_json *json, const admit_json_fields *fields, size_t field) {
    if (!is_fine(json) || (fields->seen >> field & 1) != 0) {
        return is_fine(json);
    }
    return wrong(json, ADMIT_CONCAT(ADMIT_STR("missing field `"), fields->names[field],
                                    ADMIT_STR("`")));
}

bool admit_json_string(admit_json *json, admit_str *value) {
    if (!is_fine(json)) {
        return false;
    }
    if (next(json) != '"') {
        return expected(json, ADMIT_STR("a string"));
    }
    const char *problem = json_read_string(json->text, &json->at, value);
    if (problem == NULL) {
        return true;
    }
    size_t length = 0;
    while (problem[length] != 0) {
        length++;
    }
    return wrong(json, (admit_str){problem, length});
}

bool admit_json_number(admit_json *json, admit_str *value) {
    if (!is_fine(json)) {
        return false;
    }
    next(json);
    const size_t length = json_number_length(admit_slice(json->text, json->at, json->text.len));
    if (length == 0) {
        return expected(json, ADMIT_STR("a number"));
    }
    *value = admit_slice(json->text, json->at, json->at + length);
    json->at += length;
    return true;
}

bool admit_json_integer(admit_json *json, int64_t least, int64_t most, int64_t *value) {
    if (!is_fine(json)) {
        return false;
    }
    next(json);
    const admit_str rest = admit_slice(json->text, json->at, json->text.len);
    int64_t found = 0;
    const size_t length = json_number_length(rest);
    if (length == 0 || !json_integer(admit_slice(rest, 0, length), &found) || found < least
        || found > most) {
        return expected(json,
                        ADMIT_CONCAT(ADMIT_STR("a whole number from "), admit_decimal(least),
                                     ADMIT_STR(" to "), admit_decimal(most)));
    }
    json->at += length;
    *value = found;
    return true;
}

static bool word(admit_json *json, admit_str text) {
    if (!is_fine(json)) {
        return false;
    }
    next(json);
    if (!admit_eq(admit_slice(json->text, json->at, json->at + text.len), text)) {
        return false;
    }
    json->at += text.len;
    return true;
}

bool admit_json_bool(admit_json *json, bool *value) {
    const bool is_true = word(json, ADMIT_STR("true"));
    if (!is_true && !word(json, ADMIT_STR("false"))) {
        return expected(json, ADMIT_STR("`true` or `false`"));
    }
    *value = is_true;
    return true;
}

bool admit_json_null(admit_json *json) {
    return word(json, ADMIT_STR("null"));
}

static bool skip_scalar(admit_json *json) {
    admit_str text;
    bool flag = false;
    const char byte = next(json);
    if (byte == '"') {
        return admit_json_string(json, &text);
    }
    if (byte == '-' || (byte >= '0' && byte <= '9')) {
        return admit_json_number(json, &text);
    }
    if (byte == 't' || byte == 'f') {
        return admit_json_bool(json, &flag);
    }
    return admit_json_null(json) || expected(json, ADMIT_STR("a value"));
}

// Without recursion: how deep the settings are nested is not for them to choose.
bool admit_json_skip(admit_json *json) {
    bool is_object[DEEPEST];
    size_t depth = 0;
    bool started = false;
    const admit_str key = json->key;
    while (is_fine(json)) {
        admit_str inner;
        // Into the value that comes next, and then out of all that end there.
        const char byte = next(json);
        if (byte == '{' || byte == '[') {
            if (depth == DEEPEST) {
                return wrong(json, ADMIT_STR("recursion limit exceeded"));
            }
            is_object[depth++] = byte == '{';
            started = false;
        } else if (!skip_scalar(json)) {
            return false;
        }
        while (depth > 0) {
            if (is_object[depth - 1] ? admit_json_key(json, &started, &inner)
                                     : admit_json_item(json, &started)) {
                break;
            }
            if (!is_fine(json)) {
                return false;
            }
            depth--;
            started = true;
        }
        if (depth == 0) {
            json->key = key;
            return is_fine(json);
        }
    }
    return false;
}
