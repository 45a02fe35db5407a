#include "json_text.h"

#include "admit_policy.h"

static int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    const char lower = (char)(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Reads four hexadecimal digits.
static bool code_unit(admit_str text, size_t at, uint32_t *unit) {
    if (text.len < at + 4) {
        return false;
    }
    *unit = 0;
    for (size_t i = at; i < at + 4; i++) {
        const int digit = hex_digit(text.ptr[i]);
        if (digit < 0) {
            return false;
        }
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return true;
}

static bool is_between(uint32_t unit, uint32_t first, uint32_t last) {
    return unit >= first && unit <= last;
}

// Reads what follows `\u`: one character, of one code unit or of two.
static const char *unicode_escape(admit_str text, size_t *at, uint32_t *character) {
    if (!code_unit(text, *at, character)) {
        return "invalid escape";
    }
    *at += 4;
    if (is_between(*character, 0xdc00, 0xdfff)) {
        return "lone surrogate in an escape";
    }
    if (is_between(*character, 0xd800, 0xdbff)) {
        uint32_t low = 0;
        if (!admit_eq(admit_slice(text, *at, *at + 2), ADMIT_STR("\\u"))
            || !code_unit(text, *at + 2, &low) || !is_between(low, 0xdc00, 0xdfff)) {
            return "lone surrogate in an escape";
        }
        *at += 6;
        *character = 0x10000 + ((*character - 0xd800) << 10) + (low - 0xdc00);
    }
    return NULL;
}

// Writes a character in UTF-8 and returns how many bytes that were.
static size_t write_char(char *to, uint32_t character) {
    if (character < 0x80) {
        to[0] = (char)character;
        return 1;
    }
    const size_t length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        to[i] = (char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    to[0] = (char)(marks[length] | character);
    return length;
}

// Reads what follows a backslash.
static const char *escape(admit_str text, size_t *at, uint32_t *character) {
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char letter = text.ptr[(*at)++];
    if (letter == 'u') {
        return unicode_escape(text, at, character);
    }
    for (size_t i = 0; i < sizeof letters - 1; i++) {
        if (letters[i] == letter) {
            *character = (uint32_t)meanings[i];
            return NULL;
        }
    }
    return "invalid escape";
}

// Copies the string that ends before `end`, without its escapes, which make it shorter.
static const char *unescape(admit_str text, size_t *at, size_t end, admit_str *value) {
    char *const copy = admit_alloc(end - *at);
    size_t length = 0;
    // Nothing behind the string is looked at: it cannot end within an escape.
    text.len = end;
    while (*at < end) {
        const char byte = text.ptr[(*at)++];
        if (byte != '\\') {
            copy[length++] = byte;
            continue;
        }
        uint32_t character = 0;
        const char *const problem = escape(text, at, &character);
        if (problem != NULL) {
            return problem;
        }
        length += write_char(copy + length, character);
    }
    *value = (admit_str){copy, length};
    return NULL;
}

const char *json_read_string(admit_str text, size_t *at, admit_str *value) {
    const size_t start = ++*at;
    bool has_escapes = false;
    size_t end = start;
    for (; end < text.len && text.ptr[end] != '"'; end++) {
        if ((unsigned char)text.ptr[end] < 0x20) {
            *at = end;
            return "control character in a string";
        }
        if (text.ptr[end] == '\\') {
            has_escapes = true;
            // An escaped character never ends the string.
            end++;
        }
    }
    if (end >= text.len) {
        *at = text.len;
        return "unexpected end of a string";
    }
    if (has_escapes) {
        const char *const problem = unescape(text, at, end, value);
        if (problem != NULL) {
            return problem;
        }
    } else {
        *value = admit_slice(text, start, end);
    }
    *at = end + 1;
    return NULL;
}

static size_t digits(admit_str text, size_t from) {
    size_t at = from;
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
        at++;
    }
    return at - from;
}

static bool has(admit_str text, size_t at, char byte) {
    return at < text.len && text.ptr[at] == byte;
}

size_t json_number_length(admit_str text) {
    size_t at = has(text, 0, '-') ? 1 : 0;
    const size_t whole = digits(text, at);
    if (whole == 0 || (whole > 1 && text.ptr[at] == '0')) {
        return 0;
    }
    at += whole;
    if (has(text, at, '.')) {
        const size_t fraction = digits(text, at + 1);
        if (fraction == 0) {
            return 0;
        }
        at += 1 + fraction;
    }
    if (has(text, at, 'e') || has(text, at, 'E')) {
        at++;
        at += has(text, at, '+') || has(text, at, '-') ? 1 : 0;
        const size_t exponent = digits(text, at);
        if (exponent == 0) {
            return 0;
        }
        at += exponent;
    }
    return at;
}

bool json_integer(admit_str number, int64_t *value) {
    const bool is_negative = has(number, 0, '-');
    const uint64_t most = (uint64_t)INT64_MAX + (is_negative ? 1 : 0);
    uint64_t found = 0;
    for (size_t i = is_negative ? 1 : 0; i < number.len; i++) {
        const char byte = number.ptr[i];
        if (byte < '0' || byte > '9') {
            return false;
        }
        const uint64_t digit = (uint64_t)(byte - '0');
        if (found > (most - digit) / 10) {
            return false;
        }
        found = found * 10 + digit;
    }
    // Minus zero is a number with a sign that no integer keeps.
    if (is_negative && found == 0) {
        return false;
    }
    *value = is_negative ? (int64_t)(0 - found) : (int64_t)found;
    return true;
}
