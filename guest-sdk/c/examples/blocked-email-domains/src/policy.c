// Denies sign-ups with an email address at a listed domain.
#include "admit_policy.h"
#include "domains.h"

static domain_list blocked;

// Tells the person nothing about the list.
static bool deny(admit_verdict *verdict, admit_str code) {
    *verdict = admit_deny(code, ADMIT_STR("Please sign up with another email address"));
    return true;
}

bool configure(admit_str settings, admit_error *error) {
    blocked = (domain_list){0};
    admit_json json = admit_json_settings(settings);
    admit_json_fields fields = ADMIT_JSON_FIELDS(ADMIT_STR("domains"));
    admit_str refused = {0};
    while (admit_json_field(&json, &fields)) {
        bool started = false;
        admit_str entry;
        while (admit_json_item(&json, &started) && admit_json_string(&json, &entry)) {
            if (!domains_add(&blocked, entry) && refused.ptr == NULL) {
                refused = entry;
            }
        }
    }
    admit_json_require(&json, &fields, 0);
    if (!admit_json_done(&json, error)) {
        return false;
    }
    if (refused.ptr != NULL) {
        domain_normalize(refused, &refused);
        return admit_fail(error, ADMIT_CONCAT(ADMIT_STR("`domains`: `"), refused,
                                              ADMIT_STR("` is not a domain such as `example.com`")));
    }
    domains_sort(&blocked);
    // Of a long list, only the numbers are kept.
    admit_forget_settings();
    return true;
}

bool evaluate(const admit_sign_up *sign_up, admit_verdict *verdict, admit_error *error) {
    (void)error;
    admit_str email;
    if (!admit_attribute(sign_up, ADMIT_STR("email"), &email)) {
        *verdict = admit_allow();
        return true;
    }
    admit_str domain;
    // An unusual spelling must not get around the list.
    if (!admit_domain_of(email, &domain) || !domain_normalize(domain, &domain)) {
        return deny(verdict, ADMIT_STR("email-domain-unknown"));
    }
    if (domains_contain_one_above(&blocked, domain)) {
        return deny(verdict, ADMIT_STR("email-domain-blocked"));
    }
    *verdict = admit_allow();
    return true;
}
