// Memory that is handed out from one end to the other.
#ifndef ADMIT_ARENA_H
#define ADMIT_ARENA_H

#include <stdbool.h>
#include <stddef.h>

// A block of `size` bytes, all zero and aligned for any type, or null.
void *admit_arena_place(size_t size);

// Makes a block larger or smaller, in place if possible.
void *admit_arena_resize(void *block, size_t size);

// --- The functions that the arena needs from the machine ---

typedef struct {
    char *start;
    char *end;
} admit_memory;

// The memory that is free at the beginning.
admit_memory admit_memory_first(void);

// Adds at least `size` bytes, all zero; `start` is null if there are no more.
admit_memory admit_memory_extend(size_t size);

_Noreturn void admit_trap(void);

#endif
