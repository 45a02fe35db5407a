#include "admit_policy.h"

admit_trigger admit_trigger_of(const admit_sign_up *sign_up) {
    const admit_str word = sign_up->trigger_source;
    if (admit_eq(word, ADMIT_STR("PreSignUp_SignUp"))) {
        return ADMIT_TRIGGER_SIGN_UP;
    }
    if (admit_eq(word, ADMIT_STR("PreSignUp_AdminCreateUser"))) {
        return ADMIT_TRIGGER_ADMIN_CREATE_USER;
    }
    if (admit_eq(word, ADMIT_STR("PreSignUp_ExternalProvider"))) {
        return ADMIT_TRIGGER_EXTERNAL_PROVIDER;
    }
    return ADMIT_TRIGGER_OTHER;
}

bool admit_find(admit_entries entries, admit_str name, admit_str *value) {
    for (size_t i = 0; i < entries.count; i++) {
        if (admit_eq(entries.items[i].name, name)) {
            *value = entries.items[i].value;
            return true;
        }
    }
    return false;
}

bool admit_attribute(const admit_sign_up *sign_up, admit_str name, admit_str *value) {
    return admit_find(sign_up->attributes, name, value);
}

bool admit_validation_data(const admit_sign_up *sign_up, admit_str name, admit_str *value) {
    return admit_find(sign_up->validation_data, name, value);
}

bool admit_client_metadata(const admit_sign_up *sign_up, admit_str name, admit_str *value) {
    return admit_find(sign_up->client_metadata, name, value);
}

bool admit_domain_of(admit_str address, admit_str *domain) {
    size_t at = 0;
    if (!admit_find_byte(address, '@', &at) || at == 0) {
        return false;
    }
    const admit_str rest = admit_slice(address, at + 1, address.len);
    if (rest.len == 0 || admit_find_byte(rest, '@', &at)) {
        return false;
    }
    *domain = rest;
    return true;
}

bool admit_email_domain(const admit_sign_up *sign_up, admit_str *domain) {
    admit_str email;
    return admit_attribute(sign_up, ADMIT_STR("email"), &email) && admit_domain_of(email, domain);
}
