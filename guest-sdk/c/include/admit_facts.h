// Facts: what the host looked up for a sign-up, before the policy runs.
//
// The `policy.toml` names each fact by a role, and the manifest binds the role to a look-up. A
// function that needs a fact which is not there returns false, with an error that says why; passed
// on, it denies the sign-up unless the manifest says otherwise:
//
//     admit_users users;
//     if (!admit_fact_users(facts, ADMIT_STR("user"), &users, error)) {
//         return false;
//     }
//
// `admit_policy.h` includes this header.
#include "admit_policy.h"

// After the line above: `admit_policy.h` includes this header in the place where it belongs.
#ifndef ADMIT_FACTS_H
#define ADMIT_FACTS_H

// An identity at an identity provider.
typedef struct {
    // The name of the provider, as configured in the pool.
    admit_str provider_name;
    // The id of the person at the provider.
    admit_str user_id;
} admit_identity;

typedef struct {
    const admit_identity *items;
    size_t count;
} admit_identities;

// A user who is already in the pool, as far as the look-up reads it.
//
// What the look-up does not name under `reads` is not there. The functions below return an error
// for it, so that a missing grant does not look like an answer.
typedef struct {
    // Unique in the pool, and always there.
    admit_str user_name;
    // In Cognito's own words, such as "CONFIRMED", "UNCONFIRMED" or "EXTERNAL_PROVIDER".
    bool has_status;
    admit_str status;
    // Whether the user may sign in.
    bool has_enabled;
    bool enabled;
    // A verified email address has `email_verified` with "true".
    admit_entries attributes;
    // The external identities that are linked to the user.
    bool has_identities;
    admit_identities identities;
} admit_user;

typedef struct {
    const admit_user *items;
    size_t count;
} admit_users;

// The reason why a look-up has no result.
typedef enum {
    // It has one.
    ADMIT_LOOKUP_OK,
    // The sign-up does not have the value to look up, so nothing was looked up.
    ADMIT_LOOKUP_KEY_ABSENT,
    // The service could not be reached, or failed.
    ADMIT_LOOKUP_UNAVAILABLE,
    // The service did not answer in time.
    ADMIT_LOOKUP_TIMEOUT,
    // The service refused the request because there were too many.
    ADMIT_LOOKUP_THROTTLED,
    // The answer was too large, or had more than 20 users.
    ADMIT_LOOKUP_TOO_LARGE,
    // The answer could not be understood.
    ADMIT_LOOKUP_MALFORMED,
    // The service does not permit the host to make the request.
    ADMIT_LOOKUP_ACCESS_DENIED,
} admit_lookup_error;

// The kind of a look-up that has a result.
typedef enum {
    // The users of the pool whose attribute has the value of the sign-up, 20 at most.
    ADMIT_DIRECTORY,
    // The time when the host made the look-ups.
    ADMIT_CLOCK,
} admit_fact_kind;

// The result of one look-up.
typedef struct {
    admit_str role;
    // If it is not `ADMIT_LOOKUP_OK`, the members below do not count.
    admit_lookup_error lookup_error;
    admit_fact_kind kind;
    // The result of a look-up of the kind `directory`.
    admit_users users;
    // The result of a look-up of the kind `clock`.
    uint64_t time_millis;
} admit_fact;

// The facts that the manifest grants to a policy, in the order of the roles' names.
typedef struct {
    const admit_fact *items;
    size_t count;
} admit_facts;

// `admit build` defines `ADMIT_FACTS` for a policy whose `policy.toml` requests `facts`. The others
// cannot call the four functions that follow.
#if defined(__clang__) && !defined(ADMIT_FACTS)
#define ADMIT_NEEDS_FACTS __attribute__((unavailable("request `facts` in `policy.toml`")))
#else
#define ADMIT_NEEDS_FACTS
#endif

// Sets the users of the pool that a look-up of the kind `directory` found. An error says why there
// is no result, or that the fact has another kind.
ADMIT_NEEDS_FACTS
bool admit_fact_users(const admit_facts *facts, admit_str role, admit_users *users,
                      admit_error *error);

// Sets the only user of the pool that a look-up of the kind `directory` found, or null if there is
// none. It does not choose among several users: that is an error.
ADMIT_NEEDS_FACTS
bool admit_fact_user(const admit_facts *facts, admit_str role, const admit_user **user,
                     admit_error *error);

// Sets the time of a look-up of the kind `clock`, in milliseconds since 1970-01-01T00:00:00Z. An
// error says why there is no result, or that the fact has another kind.
ADMIT_NEEDS_FACTS
bool admit_fact_time_millis(const admit_facts *facts, admit_str role, uint64_t *millis,
                            admit_error *error);

// Sets the reason why a look-up has no result, or `ADMIT_LOOKUP_OK` if it has one. An error says
// that the manifest does not bind the role.
ADMIT_NEEDS_FACTS
bool admit_fact_lookup_error(const admit_facts *facts, admit_str role, admit_lookup_error *reason,
                             admit_error *error);

// Sets the status; an error says that the look-up does not read `status`.
bool admit_user_status(const admit_user *user, admit_str *status, admit_error *error);

// Sets whether the user may sign in; an error says that the look-up does not read `enabled`.
bool admit_user_enabled(const admit_user *user, bool *enabled, admit_error *error);

// Sets whether the user only signs in through an identity provider, and has no password; an error
// says that the look-up does not read `status`.
bool admit_user_external(const admit_user *user, bool *external, admit_error *error);

// Sets the external identities; an error says that the look-up does not read `identities`.
bool admit_user_identities(const admit_user *user, admit_identities *identities,
                           admit_error *error);

// Looks up an attribute. There is none if the user does not have it or the look-up does not read
// it.
bool admit_user_attribute(const admit_user *user, admit_str name, admit_str *value);

// Whether an attribute, `email` or `phone_number`, is verified. The look-up must read
// `email_verified` or `phone_number_verified`; if it does not, the attribute does not count as
// verified.
bool admit_user_verified(const admit_user *user, admit_str attribute);

// Votes for linking the external identity to a user of the pool, who has the same verified email
// address or phone number; on a denial the vote does nothing.
//
// From then on the person signs in as that user through the provider. Without a link, the identity
// becomes a user of its own.
//
// It is an error unless the attribute, `email` or `phone_number`, has the same value in the sign-up
// and for the user, and is verified for both: otherwise a person could take over an account with
// the address of another. The sign-up's `reads` and the look-up's `reads` must have the attribute
// and `email_verified` or `phone_number_verified`.
bool admit_link(admit_verdict *verdict, const admit_sign_up *sign_up, const admit_user *user,
                admit_str attribute, admit_error *error);

// Votes for the link, whatever is verified. Use it only if something else proves that the person is
// this user.
void admit_link_unverified(admit_verdict *verdict, const admit_user *user);

// Votes against the link, even if another policy grants it.
void admit_withhold_link(admit_verdict *verdict);

#endif
