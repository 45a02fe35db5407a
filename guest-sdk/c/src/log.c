#include "admit_policy.h"
#include "contract.h"

// The host keeps no more, and fails a policy that hands it much more at once.
enum { MOST = 16 * 1024 };

static void note(admit_policy_log_level_t level, admit_str text) {
    if (text.len > MOST) {
        text.len = MOST;
        // Not within a character.
        while (text.len > 0 && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80) {
            text.len--;
        }
    }
    policy_string_t message = {(uint8_t *)text.ptr, text.len};
    admit_policy_log_write(level, &message);
}

void admit_log_debug(admit_str text) {
    note(ADMIT_POLICY_LOG_LEVEL_DEBUG, text);
}

void admit_log_info(admit_str text) {
    note(ADMIT_POLICY_LOG_LEVEL_INFO, text);
}

void admit_log_warn(admit_str text) {
    note(ADMIT_POLICY_LOG_LEVEL_WARN, text);
}

void admit_log_error(admit_str text) {
    note(ADMIT_POLICY_LOG_LEVEL_ERROR, text);
}
