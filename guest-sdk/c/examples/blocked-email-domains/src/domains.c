#include "domains.h"

#include <string.h>

// The most characters that a domain has.
enum { LONGEST = 253 };

// Whether a text is a domain, written in the one way.
static bool is_normal(admit_str domain) {
    char before = '.';
    for (size_t i = 0; i < domain.len; i++) {
        const char byte = domain.ptr[i];
        const bool is_allowed = byte == '.' ? before != '.'
                                            : (byte >= 'a' && byte <= 'z')
                                                  || (byte >= '0' && byte <= '9') || byte == '-'
                                                  || byte == '_';
        if (!is_allowed) {
            return false;
        }
        before = byte;
    }
    return before != '.' && domain.len <= LONGEST;
}

bool domain_normalize(admit_str domain, admit_str *normal) {
    if (domain.len > 0 && domain.ptr[domain.len - 1] == '.') {
        domain.len--;
    }
    char *const copy = admit_alloc(domain.len);
    for (size_t i = 0; i < domain.len; i++) {
        const char byte = domain.ptr[i];
        copy[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    }
    *normal = (admit_str){copy, domain.len};
    return is_normal(*normal);
}

// FNV-1a, whose upper bits are made as good as its lower ones.
static uint64_t number_of(admit_str domain) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < domain.len; i++) {
        hash = (hash ^ (unsigned char)domain.ptr[i]) * 0x100000001b3;
    }
    const uint64_t mixed = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
    return mixed ^ mixed >> 32;
}

bool domains_add(domain_list *list, admit_str entry) {
    // Few are written in another way than the one.
    if (!is_normal(entry) && !domain_normalize(entry, &entry)) {
        return false;
    }
    if (list->count == list->room) {
        list->room = list->room == 0 ? 64 : 2 * list->room;
        list->numbers = admit_resize(list->numbers, list->room * sizeof(uint64_t));
    }
    list->numbers[list->count++] = number_of(entry);
    return true;
}

// The numbers are spread evenly: this is about where one stands among all of them.
static size_t share(uint64_t number, size_t count) {
    return (size_t)((number >> 32) * count >> 32);
}

void domains_sort(domain_list *list) {
    const size_t count = list->count;
    // First where each share begins, and then, as numbers are put there, where it ends.
    uint32_t *const places = admit_alloc((count + 1) * sizeof(uint32_t));
    uint64_t *const sorted = admit_alloc(count * sizeof(uint64_t));
    for (size_t i = 0; i < count; i++) {
        places[share(list->numbers[i], count) + 1]++;
    }
    for (size_t i = 0; i < count; i++) {
        places[i + 1] += places[i];
    }
    for (size_t i = 0; i < count; i++) {
        sorted[places[share(list->numbers[i], count)]++] = list->numbers[i];
    }
    // Within a share there are few, so each has a short way to go.
    for (size_t i = 1; i < count; i++) {
        const uint64_t number = sorted[i];
        size_t place = i;
        for (; place > 0 && sorted[place - 1] > number; place--) {
            sorted[place] = sorted[place - 1];
        }
        sorted[place] = number;
    }
    // Zeros are not part of the memory that a configured policy starts from.
    if (count > 0) {
        memcpy(list->numbers, sorted, count * sizeof(uint64_t));
        memset(sorted, 0, count * sizeof(uint64_t));
    }
    memset(places, 0, (count + 1) * sizeof(uint32_t));
}

static bool contain(const domain_list *list, uint64_t number) {
    size_t low = 0;
    size_t high = list->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->numbers[middle] == number) {
            return true;
        }
        if (list->numbers[middle] < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

bool domains_contain_one_above(const domain_list *list, admit_str domain) {
    for (;;) {
        if (contain(list, number_of(domain))) {
            return true;
        }
        size_t dot = 0;
        if (!admit_find_byte(domain, '.', &dot)) {
            return false;
        }
        domain = admit_slice(domain, dot + 1, domain.len);
    }
}
