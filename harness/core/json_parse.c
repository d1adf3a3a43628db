/* json_parse.c - small JSON documents into memory, by recursive descent. */
#include "harness/core/json.h"

#include "harness/core/arena.h"
#include "harness/core/file.h"
#include "harness/core/units.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64, NUMBER_MAX = 64 };

struct wm_json {
    enum wm_json_kind kind;
    const char *key; /* of an object's member, or NULL */
    const char *string;
    double number;
    uint64_t integer; /* exact, if is_integer */
    bool is_integer;
    struct wm_json *first, *last, *next;
    const struct wm_json **children; /* of an array or object, for look-up by position */
    size_t count;
};

struct document {
    struct wm_json root; /* first: the caller's pointer is the document's */
    struct wm_arena arena;
};

struct parser {
    const char *at;
    const char *end;
    const char *start;
    const char *place;
    struct wm_error *err;
    struct wm_arena *arena;
    unsigned depth;
};

static int parse_value(struct parser *parser, struct wm_json *value);

static int fail(struct parser *parser, const char *what)
{
    unsigned line = 1;
    for (const char *at = parser->start; at < parser->at; at++)
        line += *at == '\n';
    char place[512];
    snprintf(place, sizeof(place), "%s:%u", parser->place, line);
    return wm_fail_at(parser->err, -EINVAL, place, "not JSON: %s", what);
}

static int fail_memory(struct parser *parser)
{
    return wm_fail_at(parser->err, -ENOMEM, parser->place, "no memory");
}

/* The next byte, unread; 0 at the end. */
static char look(const struct parser *parser)
{
    if (parser->at == parser->end)
        return '\0';
    return *parser->at;
}

/* The same, past blanks. */
static char peek(struct parser *parser)
{
    while (parser->at < parser->end && memchr(" \t\r\n", *parser->at, 4) != NULL)
        parser->at++;
    return look(parser);
}

static bool skip(struct parser *parser, char wanted)
{
    if (peek(parser) != wanted || parser->at == parser->end)
        return false;
    parser->at++;
    return true;
}

static int parse_hex4(struct parser *parser, uint32_t *ret_value)
{
    uint32_t value = 0;
    if (parser->end - parser->at < 4)
        return fail(parser, "\\u takes four hex digits");
    for (int i = 0; i < 4; i++, parser->at++) {
        char c = *parser->at;
        uint32_t digit = 0;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A' + 10);
        else
            return fail(parser, "\\u takes four hex digits");
        value = value << 4 | digit;
    }
    *ret_value = value;
    return 0;
}

static void add_point(struct wm_text *text, uint32_t point)
{
    char bytes[4];
    size_t count = 0;
    /* NUL would end the C string early, and half a surrogate pair is no character */
    if (point == 0 || (point >= 0xd800 && point <= 0xdfff))
        point = 0xfffd;
    if (point < 0x80) {
        bytes[count++] = (char)point;
    } else if (point < 0x800) {
        bytes[count++] = (char)(0xc0 | point >> 6);
        bytes[count++] = (char)(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        bytes[count++] = (char)(0xe0 | point >> 12);
        bytes[count++] = (char)(0x80 | (point >> 6 & 0x3f));
        bytes[count++] = (char)(0x80 | (point & 0x3f));
    } else {
        bytes[count++] = (char)(0xf0 | point >> 18);
        bytes[count++] = (char)(0x80 | (point >> 12 & 0x3f));
        bytes[count++] = (char)(0x80 | (point >> 6 & 0x3f));
        bytes[count++] = (char)(0x80 | (point & 0x3f));
    }
    wm_text_add_bytes(text, bytes, count);
}

static int parse_unicode(struct parser *parser, struct wm_text *text)
{
    uint32_t point = 0;
    int rc = parse_hex4(parser, &point);
    if (rc < 0)
        return rc;
    bool high = point >= 0xd800 && point <= 0xdbff;
    if (high && parser->end - parser->at >= 6 && memcmp(parser->at, "\\u", 2) == 0) {
        const char *back = parser->at;
        uint32_t low = 0;
        parser->at += 2;
        rc = parse_hex4(parser, &low);
        if (rc < 0)
            return rc;
        if (low >= 0xdc00 && low <= 0xdfff)
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        else
            parser->at = back; /* a character of its own */
    }
    add_point(text, point);
    return 0;
}

static int parse_escape(struct parser *parser, struct wm_text *text)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    char c = look(parser);
    if (c == 'u') {
        parser->at++;
        return parse_unicode(parser, text);
    }
    const char *name = c != '\0' ? strchr(names, c) : NULL;
    if (name == NULL)
        return fail(parser, "unknown escape in a string");
    parser->at++;
    wm_text_add_bytes(text, &meanings[name - names], 1);
    return 0;
}

/* The characters up to the closing quote. */
static int parse_characters(struct parser *parser, struct wm_text *text)
{
    while (parser->at < parser->end && *parser->at != '"') {
        size_t left = (size_t)(parser->end - parser->at);
        size_t bytes = wm_text_utf8_length(parser->at, left);
        if ((unsigned char)*parser->at < 0x20)
            return fail(parser, "a control character in a string");
        if (*parser->at == '\\') {
            parser->at++;
            int rc = parse_escape(parser, text);
            if (rc < 0)
                return rc;
            continue;
        }
        if (bytes == 0)
            add_point(text, 0xfffd);
        else
            wm_text_add_bytes(text, parser->at, bytes);
        parser->at += bytes == 0 ? 1 : bytes;
    }
    return 0;
}

static int parse_string(struct parser *parser, const char **ret_string)
{
    struct wm_text text;
    if (!skip(parser, '"'))
        return fail(parser, "a string in quotes is expected");
    wm_text_init(&text);
    int rc = parse_characters(parser, &text);
    if (rc == 0 && parser->at == parser->end)
        rc = fail(parser, "a string is not closed");
    if (rc == 0) {
        parser->at++;
        *ret_string = text.failed ? NULL : wm_arena_copy(parser->arena, text.data, text.length);
        if (*ret_string == NULL)
            rc = fail_memory(parser);
    }
    wm_text_done(&text);
    return rc;
}

static int parse_number(struct parser *parser, struct wm_json *value)
{
    char digits[NUMBER_MAX];
    size_t length = 0;
    while (parser->at < parser->end && memchr("+-.0123456789eE", *parser->at, 15) != NULL) {
        if (length == sizeof(digits) - 1)
            return fail(parser, "a number of more than 63 characters");
        digits[length++] = *parser->at++;
    }
    digits[length] = '\0';
    const char *first = digits + (digits[0] == '-');
    bool zeros = first[0] == '0' && first[1] >= '0' && first[1] <= '9';
    if (zeros || wm_units_parse_decimal(digits, &value->number) < 0)
        return fail(parser, "a value is expected here");
    value->kind = WM_JSON_NUMBER;
    value->is_integer = wm_units_parse_count(digits, &value->integer) == 0;
    if (!value->is_integer && value->number >= 0 && value->number < 0x1p53 &&
        value->number == floor(value->number)) {
        value->is_integer = true;
        value->integer = (uint64_t)value->number;
    }
    return 0;
}

static int parse_word(struct parser *parser, struct wm_json *value)
{
    static const struct {
        const char *word;
        enum wm_json_kind kind;
        uint64_t integer;
    } words[] = {
        {"null",  WM_JSON_NULL, 0},
        {"true",  WM_JSON_BOOL, 1},
        {"false", WM_JSON_BOOL, 0}
    };
    size_t left = (size_t)(parser->end - parser->at);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i].word);
        if (left < length || memcmp(parser->at, words[i].word, length) != 0)
            continue;
        parser->at += length;
        value->kind = words[i].kind;
        value->integer = words[i].integer;
        return 0;
    }
    return fail(parser, "a value is expected here");
}

static int index_children(struct parser *parser, struct wm_json *value)
{
    size_t i = 0;
    value->children = wm_arena_alloc(parser->arena, value->count * sizeof(*value->children));
    if (value->children == NULL)
        return fail_memory(parser);
    for (const struct wm_json *child = value->first; child != NULL; child = child->next)
        value->children[i++] = child;
    return 0;
}

static int parse_child(struct parser *parser, struct wm_json *parent)
{
    struct wm_json *child = wm_arena_alloc(parser->arena, sizeof(*child));
    if (child == NULL)
        return fail_memory(parser);
    if (parent->kind == WM_JSON_OBJECT) {
        int rc = parse_string(parser, &child->key);
        if (rc < 0)
            return rc;
        if (!skip(parser, ':'))
            return fail(parser, "a colon is expected after a key");
    }
    if (parent->last != NULL)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
    return parse_value(parser, child);
}

static int parse_children(struct parser *parser, struct wm_json *value, char close)
{
    parser->at++;
    if (++parser->depth > DEPTH_MAX)
        return fail(parser, "nested deeper than 64");
    value->kind = close == '}' ? WM_JSON_OBJECT : WM_JSON_ARRAY;
    bool more = !skip(parser, close);
    while (more) {
        int rc = parse_child(parser, value);
        if (rc < 0)
            return rc;
        more = skip(parser, ',');
        if (!more && !skip(parser, close))
            return fail(parser, "a comma or a closing bracket is expected");
    }
    parser->depth--;
    return index_children(parser, value);
}

static int parse_value(struct parser *parser, struct wm_json *value)
{
    char c = peek(parser);
    if (c == '{')
        return parse_children(parser, value, '}');
    if (c == '[')
        return parse_children(parser, value, ']');
    if (c == '"') {
        value->kind = WM_JSON_STRING;
        return parse_string(parser, &value->string);
    }
    if (c == '-' || (c >= '0' && c <= '9'))
        return parse_number(parser, value);
    return parse_word(parser, value);
}

int wm_json_parse(const char *data, size_t length, const char *place, struct wm_json **ret_json,
                  struct wm_error *err)
{
    struct document *document = calloc(1, sizeof(*document));
    if (document == NULL)
        return wm_fail_at(err, -ENOMEM, place, "no memory");
    wm_arena_init(&document->arena);
    struct parser parser = {.at = data,
                            .end = data + length,
                            .start = data,
                            .place = place,
                            .err = err,
                            .arena = &document->arena};
    int rc = parse_value(&parser, &document->root);
    if (rc == 0) {
        (void)peek(&parser);
        if (parser.at != parser.end)
            rc = fail(&parser, "something follows the document");
    }
    if (rc < 0) {
        wm_json_free(&document->root);
        return rc;
    }
    *ret_json = &document->root;
    return 0;
}

int wm_json_read(const char *name, size_t limit, struct wm_json **ret_json, struct wm_error *err)
{
    char *data = NULL;
    size_t length = 0;
    int rc = wm_file_read(name, limit, &data, &length, err);
    if (rc == 0)
        rc = wm_json_parse(data, length, name, ret_json, err);
    free(data);
    return rc;
}

void wm_json_free(struct wm_json *json)
{
    struct document *document = (struct document *)json;
    if (document == NULL)
        return;
    wm_arena_done(&document->arena);
    free(document);
}

enum wm_json_kind wm_json_kind(const struct wm_json *json)
{
    return json->kind;
}

bool wm_json_as_bool(const struct wm_json *json, bool otherwise)
{
    return json != NULL && json->kind == WM_JSON_BOOL ? json->integer != 0 : otherwise;
}

const struct wm_json *wm_json_get(const struct wm_json *json, const char *key)
{
    if (json == NULL || json->kind != WM_JSON_OBJECT)
        return NULL;
    for (const struct wm_json *child = json->first; child != NULL; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

size_t wm_json_count(const struct wm_json *json)
{
    return json != NULL ? json->count : 0;
}

const struct wm_json *wm_json_at(const struct wm_json *json, size_t i)
{
    return json->children[i];
}

const char *wm_json_key(const struct wm_json *json)
{
    return json->key;
}

const char *wm_json_as_string(const struct wm_json *json, const char *otherwise)
{
    return json != NULL && json->kind == WM_JSON_STRING ? json->string : otherwise;
}

double wm_json_as_double(const struct wm_json *json, double otherwise)
{
    return json != NULL && json->kind == WM_JSON_NUMBER ? json->number : otherwise;
}

uint64_t wm_json_as_u64(const struct wm_json *json, uint64_t otherwise)
{
    bool known = json != NULL && json->kind == WM_JSON_NUMBER && json->is_integer;
    return known ? json->integer : otherwise;
}
