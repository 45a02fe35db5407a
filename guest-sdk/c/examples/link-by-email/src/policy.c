// Links a first sign-in through an identity provider to the user with the same verified email
// address.
#include "admit_policy.h"

// Whether a sign-up with the address of another user that is not linked is denied.
static bool denies_unlinked;

enum { UNLINKED };

static bool read_unlinked(admit_json *json) {
    admit_str text;
    if (!admit_json_string(json, &text)) {
        return false;
    }
    denies_unlinked = admit_eq(text, ADMIT_STR("deny"));
    if (denies_unlinked || admit_eq(text, ADMIT_STR("allow"))) {
        return true;
    }
    return admit_json_refuse(
        json, ADMIT_CONCAT(ADMIT_STR("`unlinked` is `"), text,
                           ADMIT_STR("`, but must be `allow` or `deny`")));
}

bool configure(admit_str settings, admit_error *error) {
    denies_unlinked = false;
    admit_json json = admit_json_settings(settings);
    admit_json_fields fields = ADMIT_JSON_FIELDS(ADMIT_STR("unlinked"));
    while (admit_json_field(&json, &fields)) {
        switch (fields.current) {
        case UNLINKED:
            read_unlinked(&json);
            break;
        }
    }
    return admit_json_done(&json, error);
}

// Whether a user has a password and may sign in.
static bool read_native(const admit_user *user, bool *is_native, admit_error *error) {
    bool is_external = false;
    bool is_enabled = false;
    admit_str status;
    if (!admit_user_external(user, &is_external, error)
        || !admit_user_status(user, &status, error)
        || !admit_user_enabled(user, &is_enabled, error)) {
        return false;
    }
    *is_native = !is_external && admit_eq(status, ADMIT_STR("CONFIRMED")) && is_enabled;
    return true;
}

// Finds the only user with a password who may sign in, or null. Several such users are not a person
// whom the policy could choose.
static bool only_native_user(admit_users users, const admit_user **found, admit_error *error) {
    *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < users.count; i++) {
        bool is_native = false;
        if (!read_native(&users.items[i], &is_native, error)) {
            return false;
        }
        if (is_native) {
            *found = ++count == 1 ? &users.items[i] : NULL;
        }
    }
    return true;
}

static bool is_verified(const admit_sign_up *sign_up) {
    admit_str value;
    return admit_attribute(sign_up, ADMIT_STR("email_verified"), &value)
        && admit_eq(value, ADMIT_STR("true"));
}

bool evaluate_with_facts(const admit_sign_up *sign_up, const admit_facts *facts,
                         admit_verdict *verdict, admit_error *error) {
    admit_str email;
    if (admit_trigger_of(sign_up) != ADMIT_TRIGGER_EXTERNAL_PROVIDER
        || !admit_attribute(sign_up, ADMIT_STR("email"), &email) || admit_is_blank(email)) {
        *verdict = admit_allow();
        return true;
    }
    admit_users users;
    const admit_user *user = NULL;
    if (!admit_fact_users(facts, ADMIT_STR("user"), &users, error)
        || !only_native_user(users, &user, error)) {
        return false;
    }
    if (user != NULL && is_verified(sign_up) && admit_user_verified(user, ADMIT_STR("email"))) {
        *verdict = admit_allow();
        return admit_link(verdict, sign_up, user, ADMIT_STR("email"), error);
    }
    if (users.count == 0 || !denies_unlinked) {
        *verdict = admit_allow();
    } else {
        *verdict = admit_deny(ADMIT_STR("account-exists"),
                              ADMIT_STR("Please sign in with the account that you have"));
    }
    return true;
}
