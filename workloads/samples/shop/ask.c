/* ask.c - reads what a request asks from its fields, or from its method and target. */
#include "ask.h"

#include <waymark/waymark.h>

#include <stdbool.h>
#include <string.h>

enum {
    TARGET_MAX = 2048,
    VALUE_MAX = TOKEN_MAX,
};

static const char *field(const struct wm_request *request, const char *name, const char *otherwise)
{
    const char *value = wm_request_field(request, name);
    return value == NULL || *value == '\0' ? otherwise : value;
}

/* Up to six digits and nothing else; 0 otherwise. */
static uint32_t read_number(const char *text)
{
    uint32_t number = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 6 || text[digits] != '\0')
        return 0;
    for (; *text != '\0'; text++)
        number = number * 10 + (uint32_t)(*text - '0');
    return number;
}

/* Copies what fits whole: half a token or card number is none. */
static void copy(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);
    if (length >= size)
        length = 0;
    memcpy(to, from, length);
    to[length] = '\0';
}

static enum ask_op op_named(const char *name)
{
    static const char *const names[] = {"order", "refund", "page"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0)
            return (enum ask_op)i;
    }
    return ASK_UNKNOWN;
}

void ask_read(const struct wm_request *request, struct ask *ask)
{
    memset(ask, 0, sizeof(*ask));
    const char *op = field(request, "op", NULL);
    ask->method = field(request, "method", op != NULL ? "CALL" : "-");
    ask->target = field(request, "target", op != NULL ? op : "-");
    ask->client = field(request, "client", "-");
    ask->agent = field(request, "user_agent", "-");
    if (op != NULL) {
        ask->op = op_named(op);
        ask->sku = read_number(field(request, "sku", ""));
        ask->qty = read_number(field(request, "qty", ""));
        copy(ask->token, sizeof(ask->token), field(request, "token", ""));
        copy(ask->card, sizeof(ask->card), field(request, "card", ""));
    } else {
        ask_read_target(ask->method, ask->target, ask);
    }
    const char *token = token_stand_in(ask->token, wm_request_index(request));
    if (token != ask->token)
        copy(ask->token, sizeof(ask->token), token);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes up to one of `stops`, or the end; what does not fit makes it "". Returns where it
 * stopped, NULL for a % without two digits or an encoded NUL. */
static const char *decode(const char *from, const char *stops, char *to, size_t size)
{
    size_t length = 0;
    for (; *from != '\0' && strchr(stops, *from) == NULL; from++) {
        char c = *from;
        if (c == '%') {
            int high = hex_digit(from[1]);
            int low = high < 0 ? -1 : hex_digit(from[2]);
            if (low < 0 || (high == 0 && low == 0))
                return NULL;
            c = (char)(high << 4 | low);
            from += 2;
        } else if (c == '+') {
            c = ' ';
        }
        if (length < size)
            to[length] = c;
        length++;
    }
    to[length < size ? length : 0] = '\0';
    return from;
}

static bool read_query(const char *query, struct ask *ask)
{
    while (*query != '\0') {
        char name[16];
        char value[VALUE_MAX] = "";
        query = decode(query, "=&", name, sizeof(name));
        if (query != NULL && *query == '=')
            query = decode(query + 1, "&", value, sizeof(value));
        if (query == NULL)
            return false;
        if (*query == '&')
            query++;
        if (strcmp(name, "sku") == 0)
            ask->sku = read_number(value);
        else if (strcmp(name, "qty") == 0)
            ask->qty = read_number(value);
        else if (strcmp(name, "token") == 0)
            copy(ask->token, sizeof(ask->token), value);
        else if (strcmp(name, "card") == 0)
            copy(ask->card, sizeof(ask->card), value);
    }
    return true;
}

static enum ask_op find_route(const char *method, const char *path, struct ask *ask)
{
    static const char item[] = "/item/";
    static const char files[] = "/static/";
    if (strcmp(method, "POST") == 0) {
        if (strcmp(path, "/order") == 0)
            return ASK_ORDER;
        return strcmp(path, "/refund") == 0 ? ASK_REFUND : ASK_UNKNOWN;
    }
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return ASK_UNKNOWN;
    if (strncmp(path, item, sizeof(item) - 1) == 0) {
        ask->sku = read_number(path + sizeof(item) - 1);
        return ask->sku > 0 ? ASK_PAGE : ASK_UNKNOWN;
    }
    ask->sku = 0;
    if (strcmp(path, "/") == 0 || strcmp(path, "/cart") == 0)
        return ASK_PAGE;
    return strncmp(path, files, sizeof(files) - 1) == 0 ? ASK_PAGE : ASK_UNKNOWN;
}

void ask_read_target(const char *method, const char *target, struct ask *ask)
{
    char path[64];
    ask->op = ASK_UNKNOWN;
    if (target[0] != '/' || strlen(target) > TARGET_MAX)
        return;
    const char *end = decode(target, "?", path, sizeof(path));
    if (end == NULL || (*end == '?' && !read_query(end + 1, ask)))
        return;
    ask->op = find_route(method, path, ask);
}
