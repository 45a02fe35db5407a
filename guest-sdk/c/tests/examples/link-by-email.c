// Links to the only user with a password and the same verified address.
#include "admit_test.h"

static const char *const allow = "{}";
static const char *const deny = "{\"unlinked\": \"deny\"}";

static admit_sign_up external(const admit_entry attributes[2]) {
    return (admit_sign_up){
        .trigger_source = ADMIT_STR("PreSignUp_ExternalProvider"),
        .attributes = {attributes, 2},
    };
}

static const admit_entry verified[] = {{{"email", 5}, {"mary@example.com", 16}},
                                       {{"email_verified", 14}, {"true", 4}}};
static const admit_entry unverified[] = {{{"email", 5}, {"mary@example.com", 16}},
                                         {{"email_verified", 14}, {"false", 5}}};
static const admit_entry other[] = {{{"email", 5}, {"jane@example.com", 16}},
                                    {{"email_verified", 14}, {"true", 4}}};

static admit_user user(const char *name, const char *status, bool enabled,
                       const admit_entry attributes[2]) {
    admit_user user = admit_test_user(name);
    user.status = admit_test_text(status);
    user.enabled = enabled;
    user.attributes = (admit_entries){attributes, 2};
    return user;
}

// Asks with both settings: nothing is denied that is linked, nor a person without a user.
static void links(const admit_entry attributes[2], const admit_user *users, size_t count,
                  const char *linked) {
    const admit_sign_up sign_up = external(attributes);
    const admit_facts facts = ADMIT_FACT_LIST(admit_test_users("user", users, count));
    admit_error error;
    CHECK(admit_test_configure(allow, &error));
    CHECK_TEXT(admit_test_linked_user(&sign_up, &facts), linked);
    CHECK_TEXT(admit_test_code_with_facts(&sign_up, &facts), "");
    CHECK(admit_test_configure(deny, &error));
    CHECK_TEXT(admit_test_linked_user(&sign_up, &facts), linked);
    CHECK_TEXT(admit_test_code_with_facts(&sign_up, &facts),
               *linked == 0 && count > 0 ? "account-exists" : "");
}

static void only_one_confirmed_enabled_user_with_a_verified_address_is_linked(void) {
    const admit_user mary = user("mary", "CONFIRMED", true, verified);
    const admit_user jane = user("jane", "CONFIRMED", true, verified);
    const admit_user corp = user("Corp_1", "EXTERNAL_PROVIDER", true, verified);
    const admit_user not_verified = user("mary", "CONFIRMED", true, unverified);
    const admit_user disabled = user("mary", "CONFIRMED", false, verified);
    const admit_user unconfirmed = user("mary", "UNCONFIRMED", true, verified);

    links(verified, &mary, 1, "mary");
    links(verified, NULL, 0, "");
    links(unverified, &mary, 1, "");
    links(verified, &not_verified, 1, "");
    links(verified, &disabled, 1, "");
    links(verified, &unconfirmed, 1, "");
    links(verified, &corp, 1, "");
    links(verified, (const admit_user[]){mary, jane}, 2, "");
    links(verified, (const admit_user[]){mary, jane, mary}, 3, "");
    links(verified, (const admit_user[]){corp, mary, disabled}, 3, "mary");
}

static void other_sign_ups_are_not_its_concern(void) {
    const admit_facts failed =
        ADMIT_FACT_LIST(admit_test_lookup_error("user", ADMIT_LOOKUP_UNAVAILABLE));
    admit_error error;
    CHECK(admit_test_configure(deny, &error));
    admit_sign_up sign_up = external(verified);
    CHECK_TEXT(admit_test_code_with_facts(&sign_up, &failed),
               "error: the fact `user` is not available: the service could not be reached, or "
               "failed");
    sign_up.trigger_source = ADMIT_STR("PreSignUp_SignUp");
    CHECK_TEXT(admit_test_code_with_facts(&sign_up, &failed), "");
    sign_up = external(verified);
    sign_up.attributes = (admit_entries)ADMIT_ENTRIES({ADMIT_STR("email"), ADMIT_STR(" \n")});
    CHECK_TEXT(admit_test_code_with_facts(&sign_up, &failed), "");
    sign_up.attributes = (admit_entries){NULL, 0};
    CHECK_TEXT(admit_test_code_with_facts(&sign_up, &failed), "");
}

static void a_look_up_that_does_not_give_what_it_needs_is_an_error(void) {
    admit_error error;
    CHECK(admit_test_configure(allow, &error));
    const admit_sign_up sign_up = external(verified);
    admit_user mary = user("mary", "CONFIRMED", true, verified);
    mary.has_enabled = false;
    const admit_facts facts = ADMIT_FACT_LIST(admit_test_users("user", &mary, 1));
    CHECK_TEXT(admit_test_code_with_facts(&sign_up, &facts),
               "error: the look-up does not read `enabled`: add it to `reads` of the look-up");

    const admit_user stranger = user("jane", "CONFIRMED", true, other);
    const admit_facts strange = ADMIT_FACT_LIST(admit_test_users("user", &stranger, 1));
    CHECK_TEXT(admit_test_code_with_facts(&sign_up, &strange),
               "error: no link: the sign-up and the user do not have the same `email`");
    CHECK_TEXT(admit_test_linked_user(&sign_up, &strange), "");
}

int main(void) {
    admit_error error;
    CHECK(admit_test_configure("{\"unlinked\": \"allow\"}", &error));
    CHECK(!admit_test_configure("{\"linked\": \"allow\"}", &error));
    CHECK(!admit_test_configure("{\"unlinked\": true}", &error));
    CHECK(!admit_test_configure("{\"unlinked\": \"Deny\"}", &error));
    CHECK_TEXT(error.message, "`unlinked` is `Deny`, but must be `allow` or `deny`");
    only_one_confirmed_enabled_user_with_a_verified_address_is_linked();
    other_sign_ups_are_not_its_concern();
    a_look_up_that_does_not_give_what_it_needs_is_an_error();
    return admit_failed_checks != 0;
}
