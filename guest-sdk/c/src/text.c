#include "admit_text.h"

#include <string.h>

#include "admit_policy.h"

bool admit_eq(admit_str a, admit_str b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char lower(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

bool admit_eq_ignore_ascii_case(admit_str a, admit_str b) {
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

// The characters that Unicode calls `White_Space`.
static bool is_white_space(uint32_t character) {
    return (character >= 0x09 && character <= 0x0d) || character == 0x20 || character == 0x85
        || character == 0xa0 || character == 0x1680
        || (character >= 0x2000 && character <= 0x200a) || character == 0x2028
        || character == 0x2029 || character == 0x202f || character == 0x205f
        || character == 0x3000;
}

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

bool admit_next_char(admit_str *rest, uint32_t *character) {
    if (rest->len == 0) {
        return false;
    }
    const unsigned char first = (unsigned char)rest->ptr[0];
    uint32_t found = first < 0x80   ? first
                     : first < 0xe0 ? first & 0x1f
                     : first < 0xf0 ? first & 0x0f
                                    : first & 0x07;
    size_t length = 1;
    // The host hands over nothing but valid UTF-8; the length is a guard all the same.
    while (length < rest->len && is_continuation(rest->ptr[length])) {
        found = found << 6 | ((unsigned char)rest->ptr[length] & 0x3f);
        length++;
    }
    *character = found;
    *rest = admit_slice(*rest, length, rest->len);
    return true;
}

admit_str admit_trim(admit_str text) {
    uint32_t character = 0;
    for (admit_str rest = text; admit_next_char(&rest, &character); text = rest) {
        if (!is_white_space(character)) {
            break;
        }
    }
    while (text.len > 0) {
        size_t start = text.len - 1;
        while (start > 0 && is_continuation(text.ptr[start])) {
            start--;
        }
        admit_str last = admit_slice(text, start, text.len);
        if (admit_next_char(&last, &character) && !is_white_space(character)) {
            break;
        }
        text.len = start;
    }
    return text;
}

bool admit_is_blank(admit_str text) {
    return admit_trim(text).len == 0;
}

size_t admit_count_chars(admit_str text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += !is_continuation(text.ptr[i]);
    }
    return count;
}

bool admit_find_byte(admit_str text, char byte, size_t *index) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == byte) {
            *index = i;
            return true;
        }
    }
    return false;
}

admit_str admit_slice(admit_str text, size_t from, size_t to) {
    // A slice that is not within the text is as much of it as there is.
    to = to < text.len ? to : text.len;
    from = from < to ? from : to;
    return (admit_str){text.len == 0 ? text.ptr : text.ptr + from, to - from};
}

admit_str admit_concat(const admit_str *parts, size_t count) {
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        length += parts[i].len;
    }
    char *const text = admit_alloc(length);
    char *next = text;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > 0) {
            memcpy(next, parts[i].ptr, parts[i].len);
            next += parts[i].len;
        }
    }
    return (admit_str){text, length};
}

admit_str admit_decimal(int64_t number) {
    enum { MOST = 20 };
    char *const text = admit_alloc(MOST);
    size_t start = MOST;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        text[--start] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        text[--start] = '-';
    }
    return (admit_str){text + start, MOST - start};
}
