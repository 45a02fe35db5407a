// Settings of every shape, among them many that are not right.
#include <stdlib.h>

#include "admit_test.h"

typedef struct {
    int64_t number;
    admit_str text;
    bool flag;
    size_t items;
    admit_str any;
} settings;

enum { NUMBER, TEXT, FLAG, ITEMS, INNER, ANY };

static void read_inner(admit_json *json) {
    admit_json_fields fields = ADMIT_JSON_FIELDS(ADMIT_STR("deep"));
    bool flag = false;
    while (admit_json_field(json, &fields)) {
        admit_json_bool(json, &flag);
    }
    admit_json_require(json, &fields, 0);
}

static settings read_settings(admit_json *json) {
    settings read = {0};
    admit_json_fields fields =
        ADMIT_JSON_FIELDS(ADMIT_STR("number"), ADMIT_STR("text"), ADMIT_STR("flag"),
                          ADMIT_STR("items"), ADMIT_STR("inner"), ADMIT_STR("any"));
    while (admit_json_field(json, &fields)) {
        bool started = false;
        admit_str item;
        switch (fields.current) {
        case NUMBER:
            admit_json_integer(json, -5, INT64_MAX, &read.number);
            break;
        case TEXT:
            if (!admit_json_null(json)) {
                admit_json_string(json, &read.text);
            }
            break;
        case FLAG:
            admit_json_bool(json, &read.flag);
            break;
        case ITEMS:
            while (admit_json_item(json, &started) && admit_json_number(json, &item)) {
                read.items++;
            }
            break;
        case INNER:
            read_inner(json);
            break;
        case ANY:
            admit_json_skip(json);
            break;
        }
    }
    admit_json_require(json, &fields, NUMBER);
    return read;
}

// Reads a copy of just that length, so that no byte behind it can be read unnoticed.
static settings read(const char *text, size_t length, admit_str *message) {
    char *const copy = malloc(length + 1);
    memcpy(copy + 1, text, length);
    admit_json json = admit_json_settings((admit_str){copy + 1, length});
    settings found = read_settings(&json);
    admit_error error = {ADMIT_STR("")};
    CHECK(admit_json_done(&json, &error) == (error.message.len == 0));
    // A kept text must outlive the copy.
    found.text = ADMIT_CONCAT(found.text);
    *message = ADMIT_CONCAT(error.message);
    free(copy);
    return found;
}

static settings accepted(const char *text) {
    admit_str message;
    const settings found = read(text, strlen(text), &message);
    CHECK_TEXT(message, "");
    return found;
}

static void refused(const char *text, const char *expected) {
    admit_str message;
    read(text, strlen(text), &message);
    CHECK_TEXT(message, expected);
}

// One value that is wrong in its own way, and leaves nothing to say of its place.
static void no_number(const char *text) {
    admit_str message;
    const admit_str all = ADMIT_CONCAT(ADMIT_STR("{\"number\":"), admit_test_text(text),
                                       ADMIT_STR("}"));
    read(all.ptr, all.len, &message);
    CHECK_TEXT(message, "the settings do not fit: `number`: expected a whole number from -5 to "
                        "9223372036854775807 at line 1 column 10");
}

static void every_beginning_is_refused(const char *text) {
    accepted(text);
    for (size_t length = 0; length < strlen(text); length++) {
        admit_str message;
        read(text, length, &message);
        CHECK(message.len > 0);
    }
}

static void nested(size_t depth, bool fits) {
    char *const text = calloc(1, 2 * depth + 32);
    strcpy(text, "{\"number\":1,\"any\":");
    for (size_t i = 0; i < depth; i++) {
        strcat(text, "[");
    }
    for (size_t i = 0; i < depth; i++) {
        strcat(text, "]");
    }
    strcat(text, "}");
    admit_str message;
    read(text, strlen(text), &message);
    CHECK(fits == (message.len == 0));
    free(text);
}

int main(void) {
    settings found = accepted(
        "\n\t {\"number\" : 1 ,\r\n \"items\":[] , \"inner\":{\"deep\":false}}  ");
    CHECK(found.number == 1 && found.items == 0 && found.text.ptr != NULL);
    found = accepted(
        "{\"items\":[0, -1.5,2e3,0.1E-7,-0],\"flag\":true,\"text\":\"x\",\"number\":-5}");
    CHECK(found.number == -5 && found.items == 5 && found.flag);
    CHECK_TEXT(found.text, "x");
    CHECK(accepted("{\"number\":9223372036854775807}").number == INT64_MAX);
    CHECK(accepted("{\"number\":0,\"text\":null}").text.len == 0);
    CHECK(accepted("{\"\\u006eumber\":7}").number == 7);
    accepted(
        "{\"any\":{\"a\":[{},[],{\"b\":[1,\"x\",null,true,false]}],\"c\":{\"d\":\"\"}},\"number\":0}");

    no_number("-6");
    no_number("01");
    no_number("-");
    no_number("-0");
    no_number("+1");
    no_number("1.0");
    no_number("1e2");
    no_number("9223372036854775808");
    no_number("99999999999999999999999999");
    no_number("\"1\"");
    no_number("null");
    no_number("[1]");
    no_number("NaN");

    refused("", "the settings are not a JSON object");
    refused("null", "the settings are not a JSON object");
    refused("[3]", "the settings are not a JSON object");
    refused("\xef\xbb\xbf{}", "the settings are not a JSON object");
    refused("{}", "the settings do not fit: missing field `number` at line 1 column 2");
    refused("{\n \"number\": 1,\n \"numbers\": 1\n}",
            "the settings do not fit: unknown field `numbers`, expected one of `number`, `text`, "
            "`flag`, `items`, `inner`, `any` at line 3 column 11");
    refused("{\"number\":1,\"number\":1}",
            "the settings do not fit: duplicate field `number` at line 1 column 21");
    refused("{\"number\":1} {}",
            "the settings do not fit: trailing characters at line 1 column 13");
    refused("{\"number\":1,}",
            "the settings do not fit: `number`: expected a key in quotes at line 1 column 12");
    refused("{,}", "the settings do not fit: expected a key in quotes at line 1 column 1");
    refused("{number:1}", "the settings do not fit: expected a key in quotes at line 1 column 1");
    refused("{\"number\" 1}",
            "the settings do not fit: `number`: expected `:` at line 1 column 10");
    refused("{\"number\":1 \"flag\":true}",
            "the settings do not fit: `number`: expected `,` or `}` at line 1 column 12");
    refused("{\"items\":[1,]}",
            "the settings do not fit: `items`: expected a number at line 1 column 12");
    refused("{\"items\":[1 2]}",
            "the settings do not fit: `items`: expected `,` or `]` at line 1 column 12");
    refused("{\"items\":{}}",
            "the settings do not fit: `items`: expected an array at line 1 column 9");
    refused("{\"inner\":[]}",
            "the settings do not fit: `inner`: expected an object at line 1 column 9");
    refused("{\"inner\":{}}",
            "the settings do not fit: missing field `deep` at line 1 column 11");
    refused("{\"inner\":{\"x\":1}}",
            "the settings do not fit: unknown field `x`, expected `deep` at line 1 column 14");
    refused("{\"flag\":True}",
            "the settings do not fit: `flag`: expected `true` or `false` at line 1 column 8");
    refused("{\"flag\":truer}",
            "the settings do not fit: `flag`: expected `,` or `}` at line 1 column 12");
    refused("{\"text\":'x'}",
            "the settings do not fit: `text`: expected a string at line 1 column 8");
    refused("{\"any\":}", "the settings do not fit: `any`: expected a value at line 1 column 7");
    refused("{\"any\":[nul]}",
            "the settings do not fit: `any`: expected a value at line 1 column 8");
    refused("{\"any\":[1}",
            "the settings do not fit: `any`: expected `,` or `]` at line 1 column 9");
    refused("{\"any\":{\"b\":1]",
            "the settings do not fit: `b`: expected `,` or `}` at line 1 column 13");
    refused("{\"number\":1", "the settings do not fit: unexpected end at line 1 column 11");

    every_beginning_is_refused(
        "{\"text\":\"a\\n\\u00e9\\ud83d\\ude00\",\"items\":[1,-2.5e+3],\"flag\":true,"
        "\"any\":{\"a\":[{\"b\":null},[\"\\\\\"]]},\"inner\":{\"deep\":false},\"number\":1}");

    nested(1, true);
    nested(128, true);
    nested(129, false);
    nested(5000, false);
    return admit_failed_checks != 0;
}
