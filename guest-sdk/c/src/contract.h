// The bindings of the contract, in the version that the policy speaks.
#ifndef ADMIT_CONTRACT_H
#define ADMIT_CONTRACT_H

#ifdef ADMIT_FACTS
#include "0.2.0/policy.h"
#else
#include "0.1.0/policy.h"
#endif

#endif
