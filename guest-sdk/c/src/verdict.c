#include "verdict.h"

// No vote of the contract.
enum { NOT_GIVEN = 255 };

admit_verdict verdict_to_give(void) {
    return (admit_verdict){.ballot.confirm = (admit_vote)NOT_GIVEN};
}

bool verdict_is_given(const admit_verdict *verdict) {
    return verdict->denies || (int)verdict->ballot.confirm != NOT_GIVEN;
}

admit_verdict admit_allow(void) {
    return (admit_verdict){.denies = false};
}

admit_verdict admit_deny(admit_str code, admit_str message) {
    return (admit_verdict){.denies = true, .denial = {code, message}};
}

void admit_confirm(admit_verdict *verdict) {
    verdict->ballot.confirm = ADMIT_GRANT;
}

void admit_verify_email(admit_verdict *verdict) {
    verdict->ballot.verify_email = ADMIT_GRANT;
}

void admit_verify_phone(admit_verdict *verdict) {
    verdict->ballot.verify_phone = ADMIT_GRANT;
}

void admit_withhold_confirm(admit_verdict *verdict) {
    verdict->ballot.confirm = ADMIT_WITHHOLD;
}

void admit_withhold_verify_email(admit_verdict *verdict) {
    verdict->ballot.verify_email = ADMIT_WITHHOLD;
}

void admit_withhold_verify_phone(admit_verdict *verdict) {
    verdict->ballot.verify_phone = ADMIT_WITHHOLD;
}

bool admit_fail(admit_error *error, admit_str message) {
    error->message = message;
    return false;
}
