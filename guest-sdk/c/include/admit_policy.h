// Write a policy for `admit` in C: implement `configure` and `evaluate`, or, for a policy with facts,
// `evaluate_with_facts`.
#ifndef ADMIT_POLICY_H
#define ADMIT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "admit_json.h"
#include "admit_text.h"

// One entry of a list: each name occurs once, in the order of the event.
typedef struct {
    admit_str name;
    admit_str value;
} admit_entry;

typedef struct {
    const admit_entry *items;
    size_t count;
} admit_entries;

// One sign-up, as far as this policy may see it.
//
// The manifest names, under `reads`, what a policy may see. Everything else looks as if the
// sign-up did not have it: an empty text or no entry. Only the trigger source, the region, the
// user pool and the app client are always there. Names and values are arbitrary text that the
// person signing up may have chosen.
typedef struct {
    // In Cognito's own words, such as "PreSignUp_SignUp"; see `admit_trigger_of`.
    admit_str trigger_source;
    admit_str region;
    admit_str user_pool_id;
    // "CLIENT_ID_NOT_APPLICABLE" where there is none.
    admit_str client_id;
    // A generated id in a pool that signs in by email.
    admit_str user_name;
    admit_entries attributes;
    admit_entries validation_data;
    admit_entries client_metadata;
} admit_sign_up;

// The trigger of a sign-up.
typedef enum {
    // An unknown word, or none: never treat it as one of the others.
    ADMIT_TRIGGER_OTHER,
    // A person, with "PreSignUp_SignUp".
    ADMIT_TRIGGER_SIGN_UP,
    // An administrator, with "PreSignUp_AdminCreateUser": Cognito ignores the three flags here.
    ADMIT_TRIGGER_ADMIN_CREATE_USER,
    // The first sign-in through an identity provider, with "PreSignUp_ExternalProvider".
    ADMIT_TRIGGER_EXTERNAL_PROVIDER,
} admit_trigger;

admit_trigger admit_trigger_of(const admit_sign_up *sign_up);

// Looks up an entry. Returns whether it is there, and if so sets `value` to its value, which may be
// blank.
bool admit_find(admit_entries entries, admit_str name, admit_str *value);
bool admit_attribute(const admit_sign_up *sign_up, admit_str name, admit_str *value);
bool admit_validation_data(const admit_sign_up *sign_up, admit_str name, admit_str *value);
bool admit_client_metadata(const admit_sign_up *sign_up, admit_str name, admit_str *value);

// Puts what follows the `@` of an address into `domain`, as it stands: compare it without regard
// to case. There is none if the address has no `@`, more than one, or nothing on one side of it.
bool admit_domain_of(admit_str address, admit_str *domain);

// The same for the attribute `email`.
bool admit_email_domain(const admit_sign_up *sign_up, admit_str *domain);

// One policy's opinion on one flag.
typedef enum {
    ADMIT_ABSTAIN,
    ADMIT_GRANT,
    // The flag must not be set, even if another policy grants it.
    ADMIT_WITHHOLD,
} admit_vote;

// One policy's opinion on linking the external identity to a user of the pool.
typedef struct {
    admit_vote vote;
    // The name of the user, if it grants the link.
    admit_str user_name;
} admit_link_vote;

typedef struct {
    admit_vote confirm;
    // These two count only for a user who is confirmed and has the address or the number.
    admit_vote verify_email;
    admit_vote verify_phone;
#ifdef ADMIT_FACTS
    // Whether the external identity is linked to a user of the pool, instead of becoming a user of
    // its own.
    admit_link_vote link;
#endif
} admit_ballot;

typedef struct {
    // For machines, logs and metrics: stable, at most 64 letters, digits, `-`, `_` and `.`, and
    // nothing about the person.
    admit_str code;
    // For the person signing up: one line, at most 256 characters, without a final period.
    admit_str message;
} admit_denial;

typedef struct {
    bool denies;
    // The votes, if it does not deny.
    admit_ballot ballot;
    // The denial, if it does.
    admit_denial denial;
} admit_verdict;

// No objection, and no opinion on any flag.
admit_verdict admit_allow(void);

// The sign-up must not happen.
admit_verdict admit_deny(admit_str code, admit_str message);

// Votes for a flag, or against it; on a denial they do nothing.
void admit_confirm(admit_verdict *verdict);
void admit_verify_email(admit_verdict *verdict);
void admit_verify_phone(admit_verdict *verdict);
void admit_withhold_confirm(admit_verdict *verdict);
void admit_withhold_verify_email(admit_verdict *verdict);
void admit_withhold_verify_phone(admit_verdict *verdict);

// Why a policy gave no answer: a text for the author of the manifest or of the policy. A person who
// signs up never sees it.
typedef struct admit_error {
    admit_str message;
} admit_error;

// Sets the error and returns false: `return admit_fail(error, ADMIT_STR("no luck"));`
bool admit_fail(admit_error *error, admit_str message);

// Leaves a note for the operator of the host, of at most 16 KiB. Never write what identifies a
// person. In a native test, notes go to the standard error stream.
void admit_log_debug(admit_str note);
void admit_log_info(admit_str note);
void admit_log_warn(admit_str note);
void admit_log_error(admit_str note);

// Returns zeroed memory, aligned for any type. There is nothing to free: an instance lives for
// one sign-up. If no memory is left, the policy traps.
void *admit_alloc(size_t size);

// Makes a block of `admit_alloc` larger: the last one in place, others by a copy. The added bytes
// are zero. For a null block, makes a new one.
void *admit_resize(void *block, size_t size);

// Says that `configure` keeps no text that points into the settings. Their memory is then zeroed
// after it, which pays where they are long: a host may keep the memory of a configured policy, and
// load it at each start.
void admit_forget_settings(void);

#include "admit_facts.h"

// --- The functions that a policy implements ---

// Takes the settings, once, before anything else: a JSON object. What the policy keeps goes into
// static variables. Returns false, with an error, if the settings are refused.
bool configure(admit_str settings, admit_error *error);

// Decides on one sign-up, by nothing but it and the settings, and sets the verdict. Returns false,
// with an error, if it cannot decide; a refusal is a verdict. Setting no verdict is a failure.
bool evaluate(const admit_sign_up *sign_up, admit_verdict *verdict, admit_error *error);

// Takes the place of `evaluate` in a policy with facts: decides by nothing but the settings, the
// sign-up and the facts.
bool evaluate_with_facts(const admit_sign_up *sign_up, const admit_facts *facts,
                         admit_verdict *verdict, admit_error *error);

#endif
