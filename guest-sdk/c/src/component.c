// Maps what the contract exports to the two functions of a policy.
#include <string.h>

#include "admit_policy.h"
#include "policy.h"
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
    if (!evaluate(&sign_up, &verdict, &error) || !verdict_is_given(&verdict)) {
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
    }
    return true;
}

// The generated code asks for this, to pull in an object file that tells the contract. Here the
// contract goes into the module once it is linked.
void __component_type_object_force_link_policy(void);

void __component_type_object_force_link_policy(void) {}
