// The votes on linking the external identity to a user of the pool.
#include "admit_policy.h"

bool admit_link(admit_verdict *verdict, const admit_sign_up *sign_up, const admit_user *user,
                admit_str attribute, admit_error *error) {
    const admit_str verified = ADMIT_CONCAT(attribute, ADMIT_STR("_verified"));
    admit_str value;
    if (!admit_attribute(sign_up, verified, &value) || !admit_eq(value, ADMIT_STR("true"))) {
        return admit_fail(
            error, ADMIT_CONCAT(ADMIT_STR("no link: the provider does not say that the `"),
                                attribute, ADMIT_STR("` of the sign-up is verified")));
    }
    if (!admit_user_verified(user, attribute)) {
        return admit_fail(
            error, ADMIT_CONCAT(ADMIT_STR("no link: the `"), attribute,
                                ADMIT_STR("` of the user is not verified, or the look-up does not "
                                          "read `"),
                                verified, ADMIT_STR("`")));
    }
    admit_str other;
    if (!admit_attribute(sign_up, attribute, &value)
        || !admit_user_attribute(user, attribute, &other)
        || !admit_eq_ignore_ascii_case(value, other)) {
        return admit_fail(
            error, ADMIT_CONCAT(ADMIT_STR("no link: the sign-up and the user do not have the same `"),
                                attribute, ADMIT_STR("`")));
    }
    admit_link_unverified(verdict, user);
    return true;
}

void admit_link_unverified(admit_verdict *verdict, const admit_user *user) {
    verdict->ballot.link = (admit_link_vote){ADMIT_GRANT, user->user_name};
}

void admit_withhold_link(admit_verdict *verdict) {
    verdict->ballot.link = (admit_link_vote){ADMIT_WITHHOLD, ADMIT_STR("")};
}
