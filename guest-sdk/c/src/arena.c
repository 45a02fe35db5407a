#include "arena.h"

#include <string.h>

#include "admit_policy.h"

enum {
    ALIGNMENT = 8,
    // Before each block stands how long it is.
    HEADER = 8,
    // From this size on, a text of settings is large.
    LARGE = 32 * 1024,
};

static admit_memory left;
// The block that ends where the free memory begins.
static char *last;

static size_t free_bytes(void) {
    return (size_t)(left.end - left.start);
}

static bool extend(size_t size) {
    const admit_memory more = admit_memory_extend(size);
    if (more.start == NULL) {
        return false;
    }
    if (more.start == left.end) {
        left.end = more.end;
    } else {
        left = more;
        last = NULL;
    }
    return true;
}

static bool make_room(size_t size) {
    if (free_bytes() < size && !extend(size - free_bytes())) {
        return false;
    }
    // The added memory may lie elsewhere, and then has to suffice alone.
    return free_bytes() >= size || extend(size);
}

// The bytes that a block takes, or 0 for more than there ever are.
static size_t taken_by(size_t size) {
    return size > PTRDIFF_MAX / 4 ? 0 : HEADER + (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t *size_of(char *block) {
    return (size_t *)(void *)(block - HEADER);
}

// The first large block is the text of the settings: it goes to the end, so that what is made of
// it lies before it. Once that text is forgotten, all that is in use is in one piece.
static void *place_last(size_t size) {
    const size_t taken = taken_by(size);
    if (!make_room(2 * taken)) {
        return NULL;
    }
    left.end -= taken;
    *size_of(left.end + HEADER) = size;
    return left.end + HEADER;
}

void *admit_arena_place(size_t size) {
    const size_t taken = taken_by(size);
    if (taken == 0) {
        return NULL;
    }
    if (left.start == NULL) {
        left = admit_memory_first();
        void *const block = size >= LARGE ? place_last(size) : NULL;
        if (block != NULL) {
            return block;
        }
    }
    if (!make_room(taken)) {
        return NULL;
    }
    last = left.start + HEADER;
    left.start += taken;
    *size_of(last) = size;
    return last;
}

// Resizes the last block where it is, as far as there is memory behind it.
static bool resize_last(size_t size) {
    const size_t before = taken_by(*size_of(last));
    const size_t after = taken_by(size);
    if (after == 0 || (after > before && !make_room(after - before)) || last == NULL) {
        return false;
    }
    if (size < *size_of(last)) {
        memset(last + size, 0, *size_of(last) - size);
    }
    left.start = last - HEADER + after;
    *size_of(last) = size;
    return true;
}

void *admit_arena_resize(void *block, size_t size) {
    if (block == NULL) {
        return admit_arena_place(size);
    }
    if (block == last && resize_last(size)) {
        return block;
    }
    void *const moved = admit_arena_place(size);
    if (moved != NULL) {
        const size_t before = *size_of(block);
        memcpy(moved, block, size < before ? size : before);
    }
    return moved;
}

void *admit_alloc(size_t size) {
    void *const block = admit_arena_place(size);
    if (block == NULL) {
        admit_trap();
    }
    return block;
}

void *admit_resize(void *block, size_t size) {
    void *const resized = admit_arena_resize(block, size);
    if (resized == NULL) {
        admit_trap();
    }
    return resized;
}
