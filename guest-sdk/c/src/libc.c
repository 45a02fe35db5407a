// The functions of a C library that the generated code and the compiler use.
#include <stdlib.h>
#include <string.h>

#include "arena.h"

void *realloc(void *block, size_t size) {
    return admit_arena_resize(block, size);
}

// An instance lives for one sign-up.
void free(void *block) {
    (void)block;
}

_Noreturn void abort(void) {
    admit_trap();
}

// With `-mbulk-memory` these are one instruction, and so do not call themselves.
void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    return __builtin_memcpy(to, from, size);
}

void *memmove(void *to, const void *from, size_t size) {
    return __builtin_memmove(to, from, size);
}

void *memset(void *to, int byte, size_t size) {
    return __builtin_memset(to, byte, size);
}

int memcmp(const void *a, const void *b, size_t size) {
    const unsigned char *const x = a;
    const unsigned char *const y = b;
    for (size_t i = 0; i < size; i++) {
        if (x[i] != y[i]) {
            return x[i] < y[i] ? -1 : 1;
        }
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}
