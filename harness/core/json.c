/* json.c - JSON out. */
#include "harness/core/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void add_quoted(struct wm_text *text, const char *string)
{
    size_t left = strlen(string);
    wm_text_add(text, "\"");
    while (left > 0) {
        size_t bytes = wm_text_utf8_length(string, left);
        unsigned char byte = (unsigned char)*string;
        if (bytes == 0)
            wm_text_add(text, "\xef\xbf\xbd"); /* U+FFFD */
        else if (byte == '"' || byte == '\\')
            wm_text_addf(text, "\\%c", byte);
        else if (byte == '\n')
            wm_text_add(text, "\\n");
        else if (byte == '\t')
            wm_text_add(text, "\\t");
        else if (byte < 0x20 || byte == 0x7f)
            wm_text_addf(text, "\\u%04x", byte);
        else
            wm_text_add_bytes(text, string, bytes);
        bytes = bytes == 0 ? 1 : bytes;
        string += bytes;
        left -= bytes;
    }
    wm_text_add(text, "\"");
}

static void add_line(struct wm_json_writer *json)
{
    wm_text_add(json->text, "\n");
    for (unsigned i = 0; i < json->depth; i++)
        wm_text_add(json->text, "  ");
}

/* What stands before a value: comma, line, key. */
static void start_value(struct wm_json_writer *json, const char *key)
{
    if (!json->first)
        wm_text_add(json->text, ",");
    if (json->depth > 0)
        add_line(json);
    json->first = false;
    if (key != NULL) {
        add_quoted(json->text, key);
        wm_text_add(json->text, ": ");
    }
}

void wm_json_start(struct wm_json_writer *json, struct wm_text *text)
{
    *json = (struct wm_json_writer){.text = text, .first = true};
}

void wm_json_open(struct wm_json_writer *json, const char *key, char bracket)
{
    start_value(json, key);
    wm_text_add_bytes(json->text, &bracket, 1);
    json->depth++;
    json->first = true;
}

void wm_json_close(struct wm_json_writer *json, char bracket)
{
    json->depth--;
    if (!json->first)
        add_line(json);
    json->first = false;
    wm_text_add_bytes(json->text, &bracket, 1);
    if (json->depth == 0)
        wm_text_add(json->text, "\n");
}

void wm_json_string(struct wm_json_writer *json, const char *key, const char *value)
{
    start_value(json, key);
    add_quoted(json->text, value);
}

void wm_json_u64(struct wm_json_writer *json, const char *key, uint64_t value)
{
    start_value(json, key);
    wm_text_addf(json->text, "%" PRIu64, value);
}

void wm_json_double(struct wm_json_writer *json, const char *key, double value)
{
    start_value(json, key);
    double size = fabs(value);
    if (!isfinite(value)) {
        wm_text_add(json->text, "null");
    } else if (size >= 1e12) {
        wm_text_addf(json->text, "%.0f", value);
    } else {
        /* from integers: printf would follow the locale's decimal point */
        uint64_t millionths = (uint64_t)(size * 1e6 + 0.5);
        wm_text_addf(json->text, "%s%" PRIu64 ".%06" PRIu64, value < 0 && millionths > 0 ? "-" : "",
                     millionths / 1000000, millionths % 1000000);
    }
}

void wm_json_bool(struct wm_json_writer *json, const char *key, bool value)
{
    start_value(json, key);
    wm_text_add(json->text, value ? "true" : "false");
}
