// A long list of domains in little memory: eight bytes an entry, and no text.
//
// Each domain is kept as a number that is as good as unique. Who has the number of a listed domain
// by chance is denied; a domain that is listed is never missed. The author of the list is trusted.
#ifndef DOMAINS_H
#define DOMAINS_H

#include "admit_policy.h"

typedef struct {
    uint64_t *numbers;
    size_t count;
    size_t room;
} domain_list;

// Adds an entry: false if it is not a domain.
bool domains_add(domain_list *list, admit_str entry);

// Must be called once all entries are there.
void domains_sort(domain_list *list);

// Whether a domain is listed, or one above it. It is written in the one way.
bool domains_contain_one_above(const domain_list *list, admit_str domain);

// Writes a domain in the one way in which domains are compared, and tells whether it is one at
// all. Anything that mail could not reach, among it what is not in ASCII, is none.
bool domain_normalize(admit_str domain, admit_str *normal);

#endif
