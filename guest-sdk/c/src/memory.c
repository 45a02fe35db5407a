// The memory of an instance, which grows in steps so that it grows seldom.
#include <stdint.h>

#include "arena.h"

enum {
    PAGE = 64 * 1024,
    STEP = 4,
};

// Made by the linker: the first address behind the stack and the data.
extern char __heap_base;

admit_memory admit_memory_first(void) {
    const uintptr_t start = ((uintptr_t)&__heap_base + 7) / 8 * 8;
    return (admit_memory){(char *)start, (char *)(__builtin_wasm_memory_size(0) * PAGE)};
}

static admit_memory grow(size_t pages) {
    const size_t before = __builtin_wasm_memory_grow(0, pages);
    if (before == SIZE_MAX) {
        return (admit_memory){NULL, NULL};
    }
    return (admit_memory){(char *)(before * PAGE), (char *)((before + pages) * PAGE)};
}

admit_memory admit_memory_extend(size_t size) {
    const size_t needed = size / PAGE + (size % PAGE != 0);
    admit_memory more = grow(needed < STEP ? STEP : needed);
    // Near the limit of its memory, a policy still gets the few bytes that it needs.
    if (more.start == NULL && needed < STEP) {
        more = grow(needed);
    }
    return more;
}

_Noreturn void admit_trap(void) {
    __builtin_trap();
}
