// Memory that is handed out from one end to the other.
#include "../src/arena.h"
#include "admit_test.h"

static bool is_zero(const char *block, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (block[i] != 0) {
            return false;
        }
    }
    return true;
}

int main(void) {
    // The text of the settings comes first, and what is made of it lies before it.
    char *const settings = admit_arena_place(40 * 1024);
    memset(settings, 's', 40 * 1024);
    char *const made = admit_alloc(1000);
    CHECK(made < settings);
    CHECK(admit_resize(made, 30 * 1024) == made);
    memset(made, 'm', 30 * 1024);
    CHECK(settings[0] == 's' && settings[40 * 1024 - 1] == 's');

    // Even a large text can be copied to where there is room.
    char *const moved = admit_arena_resize(settings, 50 * 1024);
    CHECK(moved != settings && moved[0] == 's');

    char *last = NULL;
    for (size_t size = 0; size < 300; size++) {
        char *const block = admit_alloc(size);
        CHECK((uintptr_t)block % 8 == 0);
        CHECK(is_zero(block, size));
        memset(block, 'x', size);
        CHECK(last == NULL || last + size - 1 <= block || block < last);
        last = block;
    }

    // The last block grows where it is, another one is copied.
    admit_resize(admit_alloc(1000), 0);
    char *const first = admit_alloc(16);
    memcpy(first, "0123456789abcdef", 16);
    char *const second = admit_alloc(8);
    char *const copy = admit_resize(first, 32);
    CHECK(copy != first && copy != second && memcmp(copy, first, 16) == 0);
    CHECK(admit_resize(copy, 64) == copy);

    // Released memory is zero again.
    memset(copy, 'y', 64);
    CHECK(admit_arena_resize(copy, 8) == copy);
    CHECK(is_zero(admit_alloc(56), 56));

    CHECK(admit_arena_place(SIZE_MAX) == NULL);
    CHECK(admit_arena_place(SIZE_MAX - 7) == NULL);
    CHECK(admit_alloc(1) != NULL);

    // More than there was at first, many times over.
    for (int i = 0; i < 100; i++) {
        char *const block = admit_alloc(100 * 1000);
        CHECK(is_zero(block, 100 * 1000));
        memset(block, 'z', 100 * 1000);
    }
    return admit_failed_checks != 0;
}
