// The functions of a C library that compilers and the generated `src/policy.c` use; `src/libc.c` has
// them.
#ifndef ADMIT_STRING_H
#define ADMIT_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

#endif
