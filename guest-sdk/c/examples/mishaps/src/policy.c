// Does what its settings name, for tests of the host.
#include "admit_policy.h"

static admit_str mishap;

bool configure(admit_str settings, admit_error *error) {
    admit_json json = admit_json_settings(settings);
    admit_json_fields fields = ADMIT_JSON_FIELDS(ADMIT_STR("mishap"));
    while (admit_json_field(&json, &fields)) {
        admit_json_string(&json, &mishap);
    }
    admit_json_require(&json, &fields, 0);
    if (!admit_json_done(&json, error)) {
        return false;
    }
    if (admit_eq(mishap, ADMIT_STR("settings-refused"))) {
        return admit_fail(error, ADMIT_STR("these settings are refused: ünïcödé ✓"));
    }
    return true;
}

static bool is(admit_str word) {
    return admit_eq(mishap, word);
}

// The compiler cannot know that this never ends, nor make a loop of it.
static volatile int bottom = -1;

static int recurse(int depth) {
    return depth == bottom ? 0 : recurse(depth + 1) + bottom;
}

static admit_str list_attributes(const admit_sign_up *sign_up) {
    admit_str list = ADMIT_STR("");
    for (size_t i = 0; i < sign_up->attributes.count; i++) {
        const admit_entry entry = sign_up->attributes.items[i];
        const admit_str comma = i == 0 ? ADMIT_STR("") : ADMIT_STR(", ");
        list = ADMIT_CONCAT(list, comma, entry.name, ADMIT_STR("="), entry.value);
    }
    return list;
}

bool evaluate(const admit_sign_up *sign_up, admit_verdict *verdict, admit_error *error) {
    *verdict = admit_allow();
    if (is(ADMIT_STR("error"))) {
        return admit_fail(error, ADMIT_STR("could not decide: ünïcödé ✓"));
    }
    if (is(ADMIT_STR("panic"))) {
        __builtin_trap();
    }
    if (is(ADMIT_STR("loop"))) {
        for (;;) {
        }
    }
    if (is(ADMIT_STR("recursion"))) {
        return recurse(0) != 0;
    }
    if (is(ADMIT_STR("memory"))) {
        for (;;) {
            admit_alloc(1 << 20);
        }
    }
    if (is(ADMIT_STR("log"))) {
        admit_log_debug(ADMIT_STR("at level debug"));
        admit_log_info(ADMIT_STR("at level info"));
        admit_log_warn(ADMIT_STR("at level warn"));
        admit_log_error(ADMIT_STR("at level error"));
    }
    if (is(ADMIT_STR("deny"))) {
        *verdict = admit_deny(ADMIT_STR("mishap"), ADMIT_STR("Zażółć gęślą jaźń 🎉"));
    }
    if (is(ADMIT_STR("attributes"))) {
        *verdict = admit_deny(ADMIT_STR("mishap"), list_attributes(sign_up));
    }
    if (is(ADMIT_STR("clock"))) {
        return admit_fail(error, ADMIT_STR("there is no clock"));
    }
    if (is(ADMIT_STR("random"))) {
        return admit_fail(error, ADMIT_STR("there is no randomness"));
    }
    return true;
}
