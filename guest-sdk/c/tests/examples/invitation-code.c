// Opens to every valid code, and to nothing else.
#include "admit_test.h"
#include "sha256.h"

// Of `open-sesame` and of `welcome`, by `printf %s open-sesame | sha256sum`.
#define OPEN_SESAME "d7ecdf25eaf3deba0f2628771dbdd22d4138ab6cf38f91ed02a2ca0dec7c8ab7"
#define WELCOME "280d44ab1e9f79b5cce2dd4f58f5fe91f0fbacdac9f7447dffc318ceb79f2d02"
#define WELCOME_IN_CAPITALS "280D44AB1E9F79B5CCE2DD4F58F5FE91F0FBACDAC9F7447DFFC318CEB79F2D02"

static const char *const required = "invitation-required";
static const char *const unknown = "invitation-unknown";

static void has_code(const char *validation_data, const char *client_metadata, const char *code) {
    const admit_str name = ADMIT_STR("invitation-code");
    const admit_sign_up sign_up = {
        .validation_data = ADMIT_ENTRIES({name, admit_test_text(validation_data)}),
        .client_metadata = ADMIT_ENTRIES({name, admit_test_text(client_metadata)}),
    };
    CHECK_TEXT(admit_test_code(&sign_up), code);
}

static void either_has_code(const char *sent, const char *code) {
    has_code(sent, "", code);
    has_code("", sent, code);
}

static void is_refused(const char *entry) {
    admit_error error;
    const admit_str settings = ADMIT_CONCAT(ADMIT_STR("{\"sha256\": [\"" WELCOME "\", \""),
                                            admit_test_text(entry), (admit_str){"\"]}", 4});
    CHECK(!admit_test_configure(settings.ptr, &error));
    CHECK_TEXT(error.message, "`sha256`: entry 2 is not a digest of 64 hexadecimal digits");
}

static void hashes(const char *byte, size_t count, const char *expected) {
    char text[1000];
    memset(text, *byte, count);
    const sha256_digest digest = sha256((admit_str){text, count});
    char hex[65];
    for (size_t i = 0; i < 32; i++) {
        hex[2 * i] = "0123456789abcdef"[digest.bytes[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest.bytes[i] & 15];
    }
    hex[64] = 0;
    CHECK_TEXT(admit_test_text(hex), expected);
}

int main(void) {
    // By `printf 'a%.0s' $(seq 55) | sha256sum` and so on: around the length of a block.
    hashes("a", 0,
           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hashes("a", 1,
           "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
    hashes("a", 55,
           "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    hashes("a", 56,
           "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
    hashes("a", 63,
           "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
    hashes("a", 64,
           "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
    hashes("a", 65,
           "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0");
    hashes("a", 119,
           "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb");
    hashes("a", 120,
           "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c");
    hashes("a", 1000,
           "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
    admit_error error;
    const char *const settings =
        "{\"sha256\": [\"" OPEN_SESAME "\", \"" WELCOME_IN_CAPITALS "\"]}";
    CHECK(admit_test_configure(settings, &error));
    either_has_code("open-sesame", "");
    either_has_code("welcome", "");
    either_has_code(" welcome\r\n", "");
    either_has_code("\u3000welcome\u00a0", "");
    either_has_code("Welcome", unknown);
    either_has_code("wel come", unknown);
    either_has_code("open-sesamewelcome", unknown);
    either_has_code(OPEN_SESAME, unknown);
    either_has_code("", required);
    either_has_code(" \t", required);
    has_code("welcome", "wrong", "");
    has_code("wrong", "welcome", unknown);
    has_code(" ", "welcome", "");

    CHECK(admit_test_configure("{\"sha256\": [\"" WELCOME "\"], \"key\": \"ticket\"}", &error));
    has_code("welcome", "", required);
    const admit_sign_up sign_up = {
        .validation_data = ADMIT_ENTRIES({ADMIT_STR("ticket"), ADMIT_STR("welcome")}),
    };
    CHECK_TEXT(admit_test_code(&sign_up), "");

    CHECK(!admit_test_configure("{\"sha256\": [], \"key\": \"\"}", &error));
    CHECK_TEXT(error.message, "`key` is empty");
    CHECK(!admit_test_configure("{}", &error));
    CHECK_TEXT(error.message,
               "the settings do not fit: missing field `sha256` at line 1 column 2");

    is_refused("");
    is_refused("welcome");
    is_refused(WELCOME "0");
    is_refused(WELCOME "00");
    is_refused("g80d44ab1e9f79b5cce2dd4f58f5fe91f0fbacdac9f7447dffc318ceb79f2d02");
    is_refused("+80d44ab1e9f79b5cce2dd4f58f5fe91f0fbacdac9f7447dffc318ceb79f2d02");
    is_refused("é0d44ab1e9f79b5cce2dd4f58f5fe91f0fbacdac9f7447dffc318ceb79f2d02");
    return admit_failed_checks != 0;
}
