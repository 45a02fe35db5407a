// Denies sign-ups without a valid invitation code. The settings hold digests of the codes, so that
// who reads a manifest cannot sign up with what it says.
#include "admit_policy.h"
#include "sha256.h"

static admit_str key;
static sha256_digest *valid;
static size_t valid_count;

enum { KEY, SHA256 };

static int hex_digit(char character) {
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    if (character >= 'a' && character <= 'f') {
        return character - 'a' + 10;
    }
    return character >= 'A' && character <= 'F' ? character - 'A' + 10 : -1;
}

static bool digest_from_hex(admit_str text, sha256_digest *digest) {
    if (text.len != 2 * sizeof digest->bytes) {
        return false;
    }
    for (size_t i = 0; i < sizeof digest->bytes; i++) {
        const int high = hex_digit(text.ptr[2 * i]);
        const int low = hex_digit(text.ptr[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        digest->bytes[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

// Reads the digests, and returns which entry is none, counted from 1; 0 if all are.
static size_t read_digests(admit_json *json) {
    size_t refused = 0;
    valid = NULL;
    valid_count = 0;
    bool started = false;
    admit_str entry;
    for (size_t number = 1; admit_json_item(json, &started) && admit_json_string(json, &entry);
         number++) {
        valid = admit_resize(valid, number * sizeof *valid);
        valid_count = number;
        if (!digest_from_hex(entry, &valid[number - 1]) && refused == 0) {
            refused = number;
        }
    }
    return refused;
}

bool configure(admit_str settings, admit_error *error) {
    key = ADMIT_STR("invitation-code");
    admit_json json = admit_json_settings(settings);
    admit_json_fields fields = ADMIT_JSON_FIELDS(ADMIT_STR("key"), ADMIT_STR("sha256"));
    size_t refused = 0;
    while (admit_json_field(&json, &fields)) {
        switch (fields.current) {
        case KEY:
            admit_json_string(&json, &key);
            break;
        case SHA256:
            refused = read_digests(&json);
            break;
        }
    }
    admit_json_require(&json, &fields, SHA256);
    if (!admit_json_done(&json, error)) {
        return false;
    }
    if (key.len == 0) {
        return admit_fail(error, ADMIT_STR("`key` is empty"));
    }
    if (refused > 0) {
        // The entry itself is not shown: it might be a code by mistake.
        return admit_fail(error,
                          ADMIT_CONCAT(ADMIT_STR("`sha256`: entry "),
                                       admit_decimal((int64_t)refused),
                                       ADMIT_STR(" is not a digest of 64 hexadecimal digits")));
    }
    return true;
}

// The code of a sign-up. The validation data is meant for it and comes first; to try both would
// give two guesses to one sign-up.
static bool code_of(const admit_sign_up *sign_up, admit_str *code) {
    if (admit_validation_data(sign_up, key, code) && !admit_is_blank(*code)) {
        return true;
    }
    return admit_client_metadata(sign_up, key, code) && !admit_is_blank(*code);
}

// Compares with every digest to the end: how long it takes does not tell how close a guess was.
static bool is_valid(admit_str code) {
    const sha256_digest digest = sha256(code);
    bool found = false;
    for (size_t i = 0; i < valid_count; i++) {
        volatile uint8_t difference = 0;
        for (size_t k = 0; k < sizeof digest.bytes; k++) {
            difference |= digest.bytes[k] ^ valid[i].bytes[k];
        }
        found |= difference == 0;
    }
    return found;
}

bool evaluate(const admit_sign_up *sign_up, admit_verdict *verdict, admit_error *error) {
    (void)error;
    admit_str code;
    if (!code_of(sign_up, &code)) {
        *verdict = admit_deny(ADMIT_STR("invitation-required"),
                              ADMIT_STR("An invitation code is required to sign up"));
    } else if (!is_valid(admit_trim(code))) {
        *verdict = admit_deny(ADMIT_STR("invitation-unknown"),
                              ADMIT_STR("This invitation code is not valid"));
    } else {
        *verdict = admit_allow();
    }
    return true;
}
