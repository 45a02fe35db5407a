// Makes the facts of a test.
#include "admit_test.h"

admit_fact admit_test_users(const char *role, const admit_user *users, size_t count) {
    return (admit_fact){
        .role = admit_test_text(role),
        .kind = ADMIT_DIRECTORY,
        .users = {users, count},
    };
}

admit_fact admit_test_time(const char *role, uint64_t millis) {
    return (admit_fact){
        .role = admit_test_text(role),
        .kind = ADMIT_CLOCK,
        .time_millis = millis,
    };
}

admit_fact admit_test_lookup_error(const char *role, admit_lookup_error error) {
    return (admit_fact){.role = admit_test_text(role), .lookup_error = error};
}

admit_user admit_test_user(const char *user_name) {
    return (admit_user){
        .user_name = admit_test_text(user_name),
        .has_status = true,
        .status = ADMIT_STR("CONFIRMED"),
        .has_enabled = true,
        .enabled = true,
        .has_identities = true,
    };
}
