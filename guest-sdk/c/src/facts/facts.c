// The functions that find a fact by its role.
#include "admit_policy.h"

static const admit_fact *fact_of(const admit_facts *facts, admit_str role, admit_error *error) {
    for (size_t i = 0; i < facts->count; i++) {
        if (admit_eq(facts->items[i].role, role)) {
            return &facts->items[i];
        }
    }
    admit_fail(error, ADMIT_CONCAT(ADMIT_STR("the manifest binds no look-up to the fact `"), role,
                                   ADMIT_STR("`: add it to the policy's `facts`")));
    return NULL;
}

static admit_str reason(admit_lookup_error error) {
    switch (error) {
    case ADMIT_LOOKUP_KEY_ABSENT:
        return ADMIT_STR("the sign-up does not have the value to look up");
    case ADMIT_LOOKUP_TIMEOUT:
        return ADMIT_STR("the service did not answer in time");
    case ADMIT_LOOKUP_THROTTLED:
        return ADMIT_STR("the service refused the request because there were too many");
    case ADMIT_LOOKUP_TOO_LARGE:
        return ADMIT_STR("the answer was too large");
    case ADMIT_LOOKUP_MALFORMED:
        return ADMIT_STR("the answer could not be understood");
    case ADMIT_LOOKUP_ACCESS_DENIED:
        return ADMIT_STR("the service does not permit the host to make the request");
    case ADMIT_LOOKUP_UNAVAILABLE:
    case ADMIT_LOOKUP_OK:
        break;
    }
    return ADMIT_STR("the service could not be reached, or failed");
}

// Returns a fact that has a result of a kind, or null.
static const admit_fact *finding(const admit_facts *facts, admit_str role, admit_fact_kind kind,
                                 admit_error *error) {
    const admit_fact *const fact = fact_of(facts, role, error);
    if (fact == NULL) {
        return NULL;
    }
    if (fact->lookup_error != ADMIT_LOOKUP_OK) {
        admit_fail(error, ADMIT_CONCAT(ADMIT_STR("the fact `"), role,
                                       ADMIT_STR("` is not available: "),
                                       reason(fact->lookup_error)));
        return NULL;
    }
    if (fact->kind != kind) {
        const admit_str name =
            kind == ADMIT_DIRECTORY ? ADMIT_STR("directory") : ADMIT_STR("clock");
        admit_fail(error, ADMIT_CONCAT(ADMIT_STR("the fact `"), role,
                                       ADMIT_STR("` does not come from a `"), name,
                                       ADMIT_STR("` look-up")));
        return NULL;
    }
    return fact;
}

bool admit_fact_users(const admit_facts *facts, admit_str role, admit_users *users,
                      admit_error *error) {
    const admit_fact *const fact = finding(facts, role, ADMIT_DIRECTORY, error);
    if (fact == NULL) {
        return false;
    }
    *users = fact->users;
    return true;
}

bool admit_fact_user(const admit_facts *facts, admit_str role, const admit_user **user,
                     admit_error *error) {
    admit_users users;
    if (!admit_fact_users(facts, role, &users, error)) {
        return false;
    }
    if (users.count > 1) {
        return admit_fail(error, ADMIT_CONCAT(ADMIT_STR("the fact `"), role, ADMIT_STR("` has "),
                                              admit_decimal((int64_t)users.count),
                                              ADMIT_STR(" users")));
    }
    *user = users.count == 1 ? users.items : NULL;
    return true;
}

bool admit_fact_time_millis(const admit_facts *facts, admit_str role, uint64_t *millis,
                            admit_error *error) {
    const admit_fact *const fact = finding(facts, role, ADMIT_CLOCK, error);
    if (fact == NULL) {
        return false;
    }
    *millis = fact->time_millis;
    return true;
}

bool admit_fact_lookup_error(const admit_facts *facts, admit_str role, admit_lookup_error *reason,
                             admit_error *error) {
    const admit_fact *const fact = fact_of(facts, role, error);
    if (fact == NULL) {
        return false;
    }
    *reason = fact->lookup_error;
    return true;
}
