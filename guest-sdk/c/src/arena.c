#include "arena.h"

#include <string.h>

#include "admit_policy.h"

enum {
    ALIGNMENT = 8,
    // From this size on, a text of settings is large.
    LARGE = 32 * 1024,
};

static admit_memory left;
// The last block that was handed out.
static char *last;

static bool extend(size_t size) {
    const admit_memory more = admit_memory_extend(size);
    if (more.start == NULL) {
        return false;
    }
    if (more.start == left.end) {
        left.end = more.end;
    } else {
        left = more;
    }
    return true;
}

static size_t rounded(size_t size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t free_bytes(void) {
    return (size_t)(left.end - left.start);
}

// The first large block is the text of the settings: it goes to the end, so that what is made of
// it lies before it. Once that text is forgotten, all that is in use is in one piece.
static void *place_last(size_t size) {
    if (free_bytes() < 2 * size && !extend(2 * size - free_bytes())) {
        return NULL;
    }
    if (free_bytes() < size) {
        return NULL;
    }
    left.end -= size;
    last = NULL;
    return left.end;
}

void *admit_arena_place(size_t size) {
    const bool is_first = left.start == NULL;
    if (is_first) {
        left = admit_memory_first();
    }
    if (size > PTRDIFF_MAX / 4) {
        return NULL;
    }
    size = rounded(size);
    if (is_first && size >= LARGE) {
        void *const block = place_last(size);
        if (block != NULL) {
            return block;
        }
    }
    while (free_bytes() < size) {
        if (!extend(size - free_bytes())) {
            return NULL;
        }
    }
    last = left.start;
    left.start += size;
    return last;
}

void *admit_arena_resize(void *block, size_t size) {
    if (block == NULL) {
        return admit_arena_place(size);
    }
    if (block == last && size <= (size_t)(left.end - last)) {
        char *const end = last + rounded(size);
        if (end < left.start) {
            memset(end, 0, (size_t)(left.start - end));
        }
        left.start = end;
        return block;
    }
    // How long the block is was not kept, but it ends before what is free, if it is not the large
    // one behind that.
    char *const bytes = block;
    const char *const end = bytes < left.start ? left.start : bytes + size;
    void *const moved = admit_arena_place(size);
    if (moved != NULL) {
        const size_t most = (size_t)(end - bytes);
        memcpy(moved, block, size < most ? size : most);
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
