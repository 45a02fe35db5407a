// A user who is already in the pool.
#include "admit_policy.h"

static bool not_read(admit_str name, admit_error *error) {
    return admit_fail(error, ADMIT_CONCAT(ADMIT_STR("the look-up does not read `"), name,
                                          ADMIT_STR("`: add it to `reads` of the look-up")));
}

bool admit_user_status(const admit_user *user, admit_str *status, admit_error *error) {
    if (!user->has_status) {
        return not_read(ADMIT_STR("status"), error);
    }
    *status = user->status;
    return true;
}

bool admit_user_enabled(const admit_user *user, bool *enabled, admit_error *error) {
    if (!user->has_enabled) {
        return not_read(ADMIT_STR("enabled"), error);
    }
    *enabled = user->enabled;
    return true;
}

bool admit_user_external(const admit_user *user, bool *external, admit_error *error) {
    admit_str status;
    if (!admit_user_status(user, &status, error)) {
        return false;
    }
    *external = admit_eq(status, ADMIT_STR("EXTERNAL_PROVIDER"));
    return true;
}

bool admit_user_identities(const admit_user *user, admit_identities *identities,
                           admit_error *error) {
    if (!user->has_identities) {
        return not_read(ADMIT_STR("identities"), error);
    }
    *identities = user->identities;
    return true;
}

bool admit_user_attribute(const admit_user *user, admit_str name, admit_str *value) {
    return admit_find(user->attributes, name, value);
}

bool admit_user_verified(const admit_user *user, admit_str attribute) {
    admit_str value;
    return admit_user_attribute(user, ADMIT_CONCAT(attribute, ADMIT_STR("_verified")), &value)
        && admit_eq(value, ADMIT_STR("true"));
}
