// Maps what the contract exports to the two functions of a policy.
#include <string.h>

#include "admit_policy.h"
#include "contract.h"
#include "verdict.h"

static bool is_configured;
static bool forgets_settings;

static admit_str from_wit(policy_string_t text) {
    return (admit_str){(const char *)text.ptr, text.len};
}

static policy_string_t to_wit(admit_str text) {
    return (policy_string_t){(uint8_t *)text.ptr, text.len};
}

static admit_entries entries(policy_list_tuple2_string_string_t list) {
    admit_entry *const items = admit_alloc(list.len * sizeof(admit_entry));
    for (size_t i = 0; i < list.len; i++) {
        items[i] = (admit_entry){from_wit(list.ptr[i].f0), from_wit(list.ptr[i].f1)};
    }
    return (admit_entries){items, list.len};
}

#ifdef ADMIT_FACTS

static admit_identities identities(admit_policy_types_list_identity_t list) {
    admit_identity *const items = admit_alloc(list.len * sizeof(admit_identity));
    for (size_t i = 0; i < list.len; i++) {
        items[i] = (admit_identity){from_wit(list.ptr[i].provider_name),
                                    from_wit(list.ptr[i].user_id)};
    }
    return (admit_identities){items, list.len};
}

static admit_user user(const admit_policy_types_user_t *from) {
    admit_user user = {
        .user_name = from_wit(from->user_name),
        .has_status = from->status.is_some,
        .has_enabled = from->enabled.is_some,
        .attributes = entries(from->attributes),
        .has_identities = from->identities.is_some,
    };
    if (user.has_status) {
        user.status = from_wit(from->status.val);
    }
    if (user.has_enabled) {
        user.enabled = from->enabled.val;
    }
    if (user.has_identities) {
        user.identities = identities(from->identities.val);
    }
    return user;
}

static admit_users users(admit_policy_types_list_user_t list) {
    admit_user *const items = admit_alloc(list.len * sizeof(admit_user));
    for (size_t i = 0; i < list.len; i++) {
        items[i] = user(&list.ptr[i]);
    }
    return (admit_users){items, list.len};
}

static admit_lookup_error lookup_error(admit_policy_types_lookup_error_t error) {
    switch (error) {
    case ADMIT_POLICY_TYPES_LOOKUP_ERROR_KEY_ABSENT:
        return ADMIT_LOOKUP_KEY_ABSENT;
    case ADMIT_POLICY_TYPES_LOOKUP_ERROR_TIMEOUT:
        return ADMIT_LOOKUP_TIMEOUT;
    case ADMIT_POLICY_TYPES_LOOKUP_ERROR_THROTTLED:
        return ADMIT_LOOKUP_THROTTLED;
    case ADMIT_POLICY_TYPES_LOOKUP_ERROR_TOO_LARGE:
        return ADMIT_LOOKUP_TOO_LARGE;
    case ADMIT_POLICY_TYPES_LOOKUP_ERROR_MALFORMED:
        return ADMIT_LOOKUP_MALFORMED;
    case ADMIT_POLICY_TYPES_LOOKUP_ERROR_ACCESS_DENIED:
        return ADMIT_LOOKUP_ACCESS_DENIED;
    default:
        return ADMIT_LOOKUP_UNAVAILABLE;
    }
}

static admit_fact fact(const admit_policy_types_fact_t *from) {
    admit_fact fact = {.role = from_wit(from->role)};
    if (from->outcome.is_err) {
        fact.lookup_error = lookup_error(from->outcome.val.err);
    } else if (from->outcome.val.ok.tag == ADMIT_POLICY_TYPES_FINDING_USERS) {
        fact.kind = ADMIT_DIRECTORY;
        fact.users = users(from->outcome.val.ok.val.users);
    } else {
        fact.kind = ADMIT_CLOCK;
        fact.time_millis = from->outcome.val.ok.val.time;
    }
    return fact;
}

static admit_facts facts(const exports_admit_policy_sign_up_policy_list_fact_t *list) {
    admit_fact *const items = admit_alloc(list->len * sizeof(admit_fact));
    for (size_t i = 0; i < list->len; i++) {
        items[i] = fact(&list->ptr[i]);
    }
    return (admit_facts){items, list->len};
}

static admit_policy_types_link_vote_t link_vote(admit_link_vote link) {
    admit_policy_types_link_vote_t vote = {.tag = (uint8_t)link.vote};
    if (link.vote == ADMIT_GRANT) {
        vote.val.grant = to_wit(link.user_name);
    }
    return vote;
}

#endif

void admit_forget_settings(void) {
    forgets_settings = true;
}

bool exports_admit_policy_sign_up_policy_configure(policy_string_t *settings,
                                                   policy_string_t *err) {
    admit_error error = {ADMIT_STR("the policy is configured already")};
    if (is_configured || !configure(from_wit(*settings), &error)) {
        *err = to_wit(error.message);
        return false;
    }
    is_configured = true;
    if (forgets_settings) {
        memset(settings->ptr, 0, settings->len);
    }
    return true;
}

bool exports_admit_policy_sign_up_policy_evaluate(
    exports_admit_policy_sign_up_policy_sign_up_t *request,
#ifdef ADMIT_FACTS
    exports_admit_policy_sign_up_policy_list_fact_t *found,
#endif
    exports_admit_policy_sign_up_policy_verdict_t *ret, policy_string_t *err) {
    admit_error error = {ADMIT_STR("the policy is not configured")};
    if (!is_configured) {
        *err = to_wit(error.message);
        return false;
    }
    const admit_sign_up sign_up = {
        .trigger_source = from_wit(request->trigger_source),
        .region = from_wit(request->region),
        .user_pool_id = from_wit(request->user_pool_id),
        .client_id = from_wit(request->client_id),
        .user_name = from_wit(request->user_name),
        .attributes = entries(request->user_attributes),
        .validation_data = entries(request->validation_data),
        .client_metadata = entries(request->client_metadata),
    };
    admit_verdict verdict = verdict_to_give();
    error = (admit_error){ADMIT_STR("the policy gives no verdict")};
#ifdef ADMIT_FACTS
    const admit_facts known = facts(found);
    const bool is_decided = evaluate_with_facts(&sign_up, &known, &verdict, &error);
#else
    const bool is_decided = evaluate(&sign_up, &verdict, &error);
#endif
    if (!is_decided || !verdict_is_given(&verdict)) {
        *err = to_wit(error.message);
        return false;
    }
    if (verdict.denies) {
        ret->tag = ADMIT_POLICY_TYPES_VERDICT_DENY;
        ret->val.deny.code = to_wit(verdict.denial.code);
        ret->val.deny.message = to_wit(verdict.denial.message);
    } else {
        ret->tag = ADMIT_POLICY_TYPES_VERDICT_ALLOW;
        ret->val.allow.confirm = (admit_policy_types_vote_t)verdict.ballot.confirm;
        ret->val.allow.verify_email = (admit_policy_types_vote_t)verdict.ballot.verify_email;
        ret->val.allow.verify_phone = (admit_policy_types_vote_t)verdict.ballot.verify_phone;
#ifdef ADMIT_FACTS
        ret->val.allow.link = link_vote(verdict.ballot.link);
#endif
    }
    return true;
}

// The generated code asks for this, to pull in an object file that tells the contract. Here the
// contract goes into the module once it is linked.
void __component_type_object_force_link_policy(void);

void __component_type_object_force_link_policy(void) {}
