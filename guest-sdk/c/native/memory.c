// The memory of a test: it stays reachable, and is never given back.
#include <stdio.h>
#include <stdlib.h>

#include "../src/arena.h"

typedef struct chunk {
    struct chunk *next;
    size_t padding;
} chunk;

static chunk *chunks;

admit_memory admit_memory_first(void) {
    return admit_memory_extend(64 * 1024);
}

admit_memory admit_memory_extend(size_t size) {
    size = (size + 15) / 16 * 16;
    chunk *const more = calloc(1, sizeof(chunk) + size);
    if (more == NULL) {
        return (admit_memory){NULL, NULL};
    }
    more->next = chunks;
    chunks = more;
    char *const start = (char *)(more + 1);
    return (admit_memory){start, start + size};
}

_Noreturn void admit_trap(void) {
    fputs("the policy traps\n", stderr);
    abort();
}
