// What the generated `src/policy.c` asks of a C library; `src/libc.c` has it.
#ifndef ADMIT_STDLIB_H
#define ADMIT_STDLIB_H

#include <stddef.h>

void *realloc(void *block, size_t size);
void free(void *block);
_Noreturn void abort(void);

#endif
