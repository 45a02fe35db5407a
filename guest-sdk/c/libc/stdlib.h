// The functions of a C library that the generated `src/policy.c` uses; `src/libc.c` has them.
#ifndef ADMIT_STDLIB_H
#define ADMIT_STDLIB_H

#include <stddef.h>

void *realloc(void *block, size_t size);
void free(void *block);
_Noreturn void abort(void);

#endif
