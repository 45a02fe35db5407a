// Denies sign-ups without an email address at a listed domain.
#include "admit_policy.h"

// The domains at which people may sign up, such as `example.com`.
static admit_str *domains;
static size_t domain_count;

// The settings, as they stand in the manifest: `{ "domains": ["example.com"] }`.
bool configure(admit_str settings, admit_error *error) {
    admit_json json = admit_json_settings(settings);
    admit_json_fields fields = ADMIT_JSON_FIELDS(ADMIT_STR("domains"));
    domain_count = 0;
    while (admit_json_field(&json, &fields)) {
        bool started = false;
        admit_str domain;
        while (admit_json_item(&json, &started) && admit_json_string(&json, &domain)) {
            domains = admit_resize(domains, (domain_count + 1) * sizeof *domains);
            domains[domain_count++] = domain;
        }
    }
    admit_json_require(&json, &fields, 0);
    if (!admit_json_done(&json, error)) {
        return false;
    }
    if (domain_count == 0) {
        return admit_fail(error, ADMIT_STR("`domains` is empty, which would deny every sign-up"));
    }
    return true;
}

static bool is_listed(admit_str domain) {
    for (size_t i = 0; i < domain_count; i++) {
        if (admit_eq_ignore_ascii_case(domains[i], domain)) {
            return true;
        }
    }
    return false;
}

bool evaluate(const admit_sign_up *sign_up, admit_verdict *verdict, admit_error *error) {
    (void)error;
    admit_str domain;
    // Only there if `reads` in policy.toml asks for it and the manifest grants it.
    if (!admit_email_domain(sign_up, &domain)) {
        *verdict = admit_deny(ADMIT_STR("email-missing"),
                              ADMIT_STR("Please sign up with an email address"));
    } else if (!is_listed(domain)) {
        // The code is for machines and logs, the message for the person signing up.
        *verdict = admit_deny(ADMIT_STR("email-domain-not-listed"),
                              ADMIT_STR("Please sign up with the email address of your company"));
    } else {
        *verdict = admit_allow();
    }
    return true;
}
