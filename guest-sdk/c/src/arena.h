// Memory that is handed out from one end to the other.
#ifndef ADMIT_ARENA_H
#define ADMIT_ARENA_H

#include <stdbool.h>
#include <stddef.h>

// A block of so many bytes, all zero and aligned for any type, or null.
void *admit_arena_place(size_t size);

// Makes a block larger or smaller, where it is if that can be.
void *admit_arena_resize(void *block, size_t size);

// --- What the arena asks of the machine ---

typedef struct {
    char *start;
    char *end;
} admit_memory;

// What is free at the beginning.
admit_memory admit_memory_first(void);

// Adds at least so many bytes, all zero; `start` is null if there are no more.
admit_memory admit_memory_extend(size_t size);

_Noreturn void admit_trap(void);

#endif
