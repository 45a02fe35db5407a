// Facts by their roles, users, and the votes on a link.
#include "../src/verdict.h"
#include "admit_test.h"

#define MARY "mary@example.com"

static admit_error error;

// The error of a function that is to fail.
#define CHECK_ERROR(call, wanted)                                                                  \
    do {                                                                                           \
        error = (admit_error){ADMIT_STR("")};                                                      \
        CHECK(!(call));                                                                            \
        CHECK_TEXT(error.message, wanted);                                                         \
    } while (false)

static void a_fact_is_found_by_its_role(void) {
    const admit_user two[] = {admit_test_user("a"), admit_test_user("b")};
    const admit_facts facts = ADMIT_FACT_LIST(
        admit_test_time("now", UINT64_MAX), admit_test_users("none", NULL, 0),
        admit_test_users("one", two, 1), admit_test_users("others", two, 2),
        admit_test_lookup_error("user", ADMIT_LOOKUP_KEY_ABSENT));

    uint64_t millis = 0;
    CHECK(admit_fact_time_millis(&facts, ADMIT_STR("now"), &millis, &error));
    CHECK(millis == UINT64_MAX);

    admit_users users = {NULL, 0};
    CHECK(admit_fact_users(&facts, ADMIT_STR("others"), &users, &error));
    CHECK(users.count == 2 && admit_eq(users.items[1].user_name, ADMIT_STR("b")));
    CHECK(admit_fact_users(&facts, ADMIT_STR("none"), &users, &error));
    CHECK(users.count == 0);

    const admit_user *user = two;
    CHECK(admit_fact_user(&facts, ADMIT_STR("none"), &user, &error));
    CHECK(user == NULL);
    CHECK(admit_fact_user(&facts, ADMIT_STR("one"), &user, &error));
    CHECK(user != NULL && admit_eq(user->user_name, ADMIT_STR("a")));

    admit_lookup_error reason = ADMIT_LOOKUP_TIMEOUT;
    CHECK(admit_fact_lookup_error(&facts, ADMIT_STR("now"), &reason, &error));
    CHECK(reason == ADMIT_LOOKUP_OK);
    CHECK(admit_fact_lookup_error(&facts, ADMIT_STR("user"), &reason, &error));
    CHECK(reason == ADMIT_LOOKUP_KEY_ABSENT);

    CHECK_ERROR(admit_fact_user(&facts, ADMIT_STR("others"), &user, &error),
                "the fact `others` has 2 users");
    CHECK_ERROR(admit_fact_users(&facts, ADMIT_STR("now"), &users, &error),
                "the fact `now` does not come from a `directory` look-up");
    CHECK_ERROR(admit_fact_time_millis(&facts, ADMIT_STR("others"), &millis, &error),
                "the fact `others` does not come from a `clock` look-up");
    static const char *const unbound =
        "the manifest binds no look-up to the fact `typo`: add it to the policy's `facts`";
    CHECK_ERROR(admit_fact_user(&facts, ADMIT_STR("typo"), &user, &error), unbound);
    CHECK_ERROR(admit_fact_time_millis(&facts, ADMIT_STR("typo"), &millis, &error), unbound);
    CHECK_ERROR(admit_fact_lookup_error(&facts, ADMIT_STR("typo"), &reason, &error), unbound);
}

static void a_missing_fact_is_an_error_that_says_why(void) {
    static const struct {
        admit_lookup_error error;
        const char *wanted;
    } reasons[] = {
        {ADMIT_LOOKUP_KEY_ABSENT, "the sign-up does not have the value to look up"},
        {ADMIT_LOOKUP_UNAVAILABLE, "the service could not be reached, or failed"},
        {ADMIT_LOOKUP_TIMEOUT, "the service did not answer in time"},
        {ADMIT_LOOKUP_THROTTLED, "the service refused the request because there were too many"},
        {ADMIT_LOOKUP_TOO_LARGE, "the answer was too large"},
        {ADMIT_LOOKUP_MALFORMED, "the answer could not be understood"},
        {ADMIT_LOOKUP_ACCESS_DENIED, "the service does not permit the host to make the request"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        const admit_facts facts =
            ADMIT_FACT_LIST(admit_test_lookup_error("user", reasons[i].error));
        admit_users users;
        uint64_t millis;
        error = (admit_error){ADMIT_STR("")};
        CHECK(!admit_fact_users(&facts, ADMIT_STR("user"), &users, &error));
        const admit_str prefix = ADMIT_STR("the fact `user` is not available: ");
        CHECK(admit_eq(admit_slice(error.message, 0, prefix.len), prefix));
        CHECK_TEXT(admit_slice(error.message, prefix.len, error.message.len), reasons[i].wanted);
        CHECK(!admit_fact_time_millis(&facts, ADMIT_STR("user"), &millis, &error));
    }
}

static void what_the_look_up_does_not_read_is_an_error(void) {
    const admit_user user = {
        .user_name = ADMIT_STR("mary"),
        .attributes = ADMIT_ENTRIES({ADMIT_STR("email_verified"), ADMIT_STR("false")}),
    };
    admit_str status;
    bool is = false;
    admit_identities identities;
    static const char *const no_status =
        "the look-up does not read `status`: add it to `reads` of the look-up";
    CHECK_ERROR(admit_user_status(&user, &status, &error), no_status);
    CHECK_ERROR(admit_user_external(&user, &is, &error), no_status);
    CHECK_ERROR(admit_user_enabled(&user, &is, &error),
                "the look-up does not read `enabled`: add it to `reads` of the look-up");
    CHECK_ERROR(admit_user_identities(&user, &identities, &error),
                "the look-up does not read `identities`: add it to `reads` of the look-up");
    CHECK(!admit_user_verified(&user, ADMIT_STR("email")));
    CHECK(!admit_user_verified(&user, ADMIT_STR("phone_number")));
}

static void what_the_look_up_reads_is_there(void) {
    admit_user user = admit_test_user("Corp_1");
    admit_str status = ADMIT_STR("");
    bool is = true;
    admit_identities identities = {NULL, 1};
    CHECK(admit_user_status(&user, &status, &error));
    CHECK_TEXT(status, "CONFIRMED");
    CHECK(admit_user_external(&user, &is, &error) && !is);
    CHECK(admit_user_enabled(&user, &is, &error) && is);
    CHECK(admit_user_identities(&user, &identities, &error) && identities.count == 0);

    const admit_identity corp = {ADMIT_STR("Corp"), ADMIT_STR("1")};
    user.identities = (admit_identities){&corp, 1};
    user.status = ADMIT_STR("EXTERNAL_PROVIDER");
    user.enabled = false;
    CHECK(admit_user_external(&user, &is, &error) && is);
    CHECK(admit_user_enabled(&user, &is, &error) && !is);
    CHECK(admit_user_identities(&user, &identities, &error) && identities.count == 1);
    CHECK_TEXT(identities.items[0].provider_name, "Corp");
    CHECK_TEXT(identities.items[0].user_id, "1");
}

static void only_the_attribute_itself_is_verified(void) {
    admit_user user = admit_test_user("mary");
    user.attributes =
        (admit_entries)ADMIT_ENTRIES({ADMIT_STR("phone_number_verified"), ADMIT_STR("true")},
                                     {ADMIT_STR("email_verified"), ADMIT_STR("TRUE")});
    CHECK(admit_user_verified(&user, ADMIT_STR("phone_number")));
    CHECK(!admit_user_verified(&user, ADMIT_STR("phone")));
    CHECK(!admit_user_verified(&user, ADMIT_STR("phone_number_verified")));
    CHECK(!admit_user_verified(&user, ADMIT_STR("email")));
    admit_str value = ADMIT_STR("none");
    CHECK(!admit_user_attribute(&user, ADMIT_STR("phone_number"), &value));
    CHECK_TEXT(value, "none");
    CHECK(admit_user_attribute(&user, ADMIT_STR("email_verified"), &value));
    CHECK_TEXT(value, "TRUE");
}

// The error of a link between a sign-up and a user, or nothing where the link is granted.
static void link_says(const char *sign_up_email, const char *sign_up_verified, const char *email,
                      const char *verified, const char *wanted) {
    const admit_sign_up sign_up = {
        .attributes = ADMIT_ENTRIES({ADMIT_STR("email"), admit_test_text(sign_up_email)},
                                    {ADMIT_STR("email_verified"),
                                     admit_test_text(sign_up_verified)}),
    };
    admit_user mary = admit_test_user("mary");
    mary.attributes = (admit_entries)ADMIT_ENTRIES(
        {ADMIT_STR("email"), admit_test_text(email)},
        {ADMIT_STR("email_verified"), admit_test_text(verified)});
    admit_verdict verdict = admit_allow();
    error = (admit_error){ADMIT_STR("")};
    const bool is_linked = admit_link(&verdict, &sign_up, &mary, ADMIT_STR("email"), &error);
    CHECK(is_linked == (*wanted == 0));
    CHECK_TEXT(error.message, wanted);
    CHECK(verdict.ballot.link.vote == (is_linked ? ADMIT_GRANT : ADMIT_ABSTAIN));
    CHECK_TEXT(verdict.ballot.link.user_name, is_linked ? "mary" : "");
}

static void a_link_needs_the_same_verified_address_on_both_sides(void) {
    static const char *const provider =
        "no link: the provider does not say that the `email` of the sign-up is verified";
    static const char *const user =
        "no link: the `email` of the user is not verified, or the look-up does not read "
        "`email_verified`";
    static const char *const other =
        "no link: the sign-up and the user do not have the same `email`";
    link_says(MARY, "true", MARY, "true", "");
    link_says("Mary@Example.com", "true", MARY, "true", "");
    link_says(MARY, "false", MARY, "true", provider);
    link_says(MARY, "TRUE", MARY, "true", provider);
    link_says(MARY, "true", MARY, "false", user);
    link_says("jane@example.com", "true", MARY, "true", other);
    link_says("", "true", MARY, "true", other);

    // Both sides verify an attribute that neither has.
    const admit_entries verified = ADMIT_ENTRIES({ADMIT_STR("email_verified"), ADMIT_STR("true")});
    const admit_sign_up sign_up = {.attributes = verified};
    admit_user mary = admit_test_user("mary");
    mary.attributes = verified;
    admit_verdict verdict = admit_allow();
    CHECK_ERROR(admit_link(&verdict, &sign_up, &mary, ADMIT_STR("email"), &error), other);
}

static void of_two_votes_on_the_link_the_last_one_holds(void) {
    const admit_user mary = admit_test_user("mary");
    admit_verdict verdict = admit_allow();
    CHECK(verdict.ballot.link.vote == ADMIT_ABSTAIN);
    admit_link_unverified(&verdict, &mary);
    CHECK(verdict.ballot.link.vote == ADMIT_GRANT);
    CHECK_TEXT(verdict.ballot.link.user_name, "mary");
    admit_withhold_link(&verdict);
    CHECK(verdict.ballot.link.vote == ADMIT_WITHHOLD);
    CHECK_TEXT(verdict.ballot.link.user_name, "");
    CHECK(verdict.ballot.confirm == ADMIT_ABSTAIN);

    // A vote on the link alone is no verdict.
    verdict = verdict_to_give();
    admit_link_unverified(&verdict, &mary);
    CHECK(!verdict_is_given(&verdict));

    verdict = admit_deny(ADMIT_STR("no"), ADMIT_STR("No"));
    admit_link_unverified(&verdict, &mary);
    CHECK(verdict.denies);
    CHECK_TEXT(verdict.denial.code, "no");
}

int main(void) {
    a_fact_is_found_by_its_role();
    a_missing_fact_is_an_error_that_says_why();
    what_the_look_up_does_not_read_is_an_error();
    what_the_look_up_reads_is_there();
    only_the_attribute_itself_is_verified();
    a_link_needs_the_same_verified_address_on_both_sides();
    of_two_votes_on_the_link_the_last_one_holds();
    return admit_failed_checks != 0;
}
