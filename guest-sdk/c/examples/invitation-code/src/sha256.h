// SHA-256, as in FIPS 180-4.
#ifndef SHA256_H
#define SHA256_H

#include "admit_policy.h"

typedef struct {
    uint8_t bytes[32];
} sha256_digest;

sha256_digest sha256(admit_str text);

#endif
