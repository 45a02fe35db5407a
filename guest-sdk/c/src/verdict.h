// A verdict that a policy has still to give: what it forgets must not allow a sign-up.
#ifndef ADMIT_VERDICT_H
#define ADMIT_VERDICT_H

#include "admit_policy.h"

admit_verdict verdict_to_give(void);

bool verdict_is_given(const admit_verdict *verdict);

#endif
