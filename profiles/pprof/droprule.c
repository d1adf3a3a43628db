/* droprule.c - the expressions of drop_frames and keep_frames, matched by PCRE2.
 *
 * They are RE2's. PCRE2 knows all of RE2's syntax and more, so what is more is refused first. A
 * foreign file may hold an expression that takes for ever: each match has a limit, and after some
 * that reached it the rule drops nothing more. */
#include "profiles/pprof/droprule.h"

#include "harness/core/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { STEPS_MAX = 100000, GIVEN_UP_MAX = 100, REPEATS_MAX = 1000 };

struct wm_drop_rule {
    pcre2_code *drop, *keep; /* keep: NULL, none */
    pcre2_match_context *limits;
    pcre2_match_data *found;
    struct wm_text name; /* scratch */
    unsigned given_up;
};

static int compile(const char *expression, pcre2_code **ret_code);
static bool is_re2(const char *expression);
static const char *skip_escape(const char *at);
static const char *skip_class(const char *at);
static const char *skip_group_head(const char *at);
static const char *skip_repeat(const char *at);
static int matches(struct wm_drop_rule *rule, const pcre2_code *code);
static void add_utf8(struct wm_text *text, const char *bytes, size_t length);

int wm_drop_rule_new(const char *drop, const char *keep, struct wm_drop_rule **ret_rule)
{
    struct wm_drop_rule *rule = calloc(1, sizeof(*rule));
    if (rule == NULL)
        return -ENOMEM;
    wm_text_init(&rule->name);
    int rc = compile(drop, &rule->drop);
    if (rc == 0 && keep[0] != '\0')
        rc = compile(keep, &rule->keep);
    if (rc < 0)
        goto out;
    rc = -ENOMEM;
    rule->limits = pcre2_match_context_create(NULL);
    rule->found = pcre2_match_data_create(1, NULL);
    if (rule->limits == NULL || rule->found == NULL)
        goto out;
    pcre2_set_match_limit(rule->limits, STEPS_MAX);
    *ret_rule = rule;
    rule = NULL;
    rc = 0;
out:
    if (rc == -EINVAL) {
        *ret_rule = NULL;
        rc = 0;
    }
    wm_drop_rule_free(rule);
    return rc;
}

void wm_drop_rule_free(struct wm_drop_rule *rule)
{
    if (rule == NULL)
        return;
    pcre2_code_free(rule->drop);
    pcre2_code_free(rule->keep);
    pcre2_match_context_free(rule->limits);
    pcre2_match_data_free(rule->found);
    wm_text_done(&rule->name);
    free(rule);
}

int wm_drop_rule_drops(struct wm_drop_rule *rule, const char *name)
{
    if (name[0] == '\0' || rule->given_up >= GIVEN_UP_MAX)
        return 0;
    wm_drop_rule_plain_name(name, &rule->name);
    if (rule->name.failed)
        return -ENOMEM;
    int drops = matches(rule, rule->drop);
    if (drops <= 0 || rule->keep == NULL)
        return drops;
    int keeps = matches(rule, rule->keep);
    return keeps < 0 ? keeps : keeps == 0;
}

static int compile(const char *expression, pcre2_code **ret_code)
{
    int rc = -ENOMEM, problem = 0;
    size_t at = 0;
    struct wm_text text;
    wm_text_init(&text);
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    wm_text_addf(&text, "^(%s)$", expression);
    if (context == NULL || text.failed)
        goto out;
    rc = -EINVAL;
    if (!is_re2(text.data))
        goto out;
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    *ret_code = pcre2_compile((PCRE2_SPTR)text.data, text.length,
                              PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, &problem,
                              &at, context);
    if (*ret_code != NULL)
        rc = 0;
    else if (problem == PCRE2_ERROR_NOMEMORY)
        rc = -ENOMEM;
out:
    pcre2_compile_context_free(context);
    wm_text_done(&text);
    return rc;
}

/* No look-around, references, atomic groups, possessive repeats, verbs, escapes of Perl's own: what
 * PCRE2 would take and RE2 does not. What neither takes is left to PCRE2. */
static bool is_re2(const char *expression)
{
    const char *at = expression;
    while (at != NULL && *at != '\0') {
        const char *repeat = skip_repeat(at);
        if (*at == '\\')
            at = skip_escape(at);
        else if (*at == '[')
            at = skip_class(at);
        else if (*at == '(')
            at = skip_group_head(at);
        else if (repeat != at)
            at = repeat != NULL && skip_repeat(repeat) == repeat ? repeat : NULL;
        else
            at++;
    }
    return at != NULL;
}

/* NULL: RE2 has no such escape. */
static const char *skip_escape(const char *at)
{
    static const char letters[] = "pPdDsSwWAbBzafnrtvx0";
    char escaped = at[1];
    if (escaped == 'Q') {
        const char *end = strstr(at + 2, "\\E");
        return end != NULL ? end + 2 : at + strlen(at);
    }
    bool is_octal = escaped >= '1' && escaped <= '7' && at[2] >= '0' && at[2] <= '7';
    bool is_mark = (unsigned char)escaped < 0x80 && ispunct((unsigned char)escaped) != 0;
    if (escaped == '\0' || !(is_octal || is_mark || strchr(letters, escaped) != NULL))
        return NULL;
    return at + 2;
}

static const char *skip_class(const char *at)
{
    at += at[1] == '^' ? 2 : 1;
    if (*at == ']')
        at++;
    while (at != NULL && *at != '\0' && *at != ']') {
        if (*at == '\\')
            at = at[1] == 'b' || at[1] == 'B' ? NULL : skip_escape(at);
        else if (at[0] == '[' && at[1] == ':' && strstr(at, ":]") != NULL)
            at = strstr(at, ":]") + 2;
        else
            at++;
    }
    return at == NULL || *at == '\0' ? NULL : at + 1;
}

/* "(", "(?:", "(?P<name>", "(?flags:" and "(?flags)". */
static const char *skip_group_head(const char *at)
{
    if (at[1] == '*')
        return NULL;
    if (at[1] != '?')
        return at + 1;
    if (at[2] == 'P')
        return at[3] == '<' ? at + 4 : NULL;
    at += 2 + strspn(at + 2, "imsU-");
    return *at == ':' || *at == ')' ? at + 1 : NULL;
}

/* Behind the repeat operator that is here, with the "?" that makes it lazy; `at` if none is here;
 * NULL if it repeats more than RE2 allows. */
static const char *skip_repeat(const char *at)
{
    const char *from = at;
    if (*at == '*' || *at == '+' || *at == '?') {
        at++;
    } else if (*at == '{' && at[1] >= '0' && at[1] <= '9') {
        char *end;
        long least = strtol(at + 1, &end, 10), most = least;
        if (*end == ',')
            most = strtol(end + 1, &end, 10); /* 0 where there is none */
        if (*end != '}')
            return from;
        if (least > REPEATS_MAX || most > REPEATS_MAX)
            return NULL;
        at = end + 1;
    } else {
        return from;
    }
    return at + (*at == '?');
}

/* Whether the expression finds the simplified name. */
static int matches(struct wm_drop_rule *rule, const pcre2_code *code)
{
    int rc = pcre2_match(code, (PCRE2_SPTR)rule->name.data, rule->name.length, 0, 0, rule->found,
                         rule->limits);
    if (rc == PCRE2_ERROR_NOMEMORY)
        return -ENOMEM;
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
        rule->given_up++;
    return rc >= 0;
}

void wm_drop_rule_plain_name(const char *name, struct wm_text *text)
{
    static const char anonymous[] = "(anonymous namespace)", call[] = "operator()";
    size_t call_head = sizeof(call) - sizeof("()");
    name += name[0] == '.';
    const char *at = strchr(name, '(');
    while (at != NULL) {
        bool is_call = (size_t)(at - name) >= call_head &&
                       strncmp(at - call_head, call, sizeof(call) - 1) == 0;
        if (strncmp(at, anonymous, sizeof(anonymous) - 1) == 0)
            at = strchr(at + sizeof(anonymous) - 1, '(');
        else if (is_call)
            at = strchr(at + 2, '(');
        else
            break;
    }
    wm_text_clear(text);
    add_utf8(text, name, at == NULL ? strlen(name) : (size_t)(at - name));
}

/* Bytes that are no character count as the one that stands for such. */
static void add_utf8(struct wm_text *text, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t character = wm_text_utf8_length(bytes, length);
        if (character > 0)
            wm_text_add_bytes(text, bytes, character);
        else
            wm_text_add(text, "\xef\xbf\xbd");
        character = character > 0 ? character : 1;
        bytes += character;
        length -= character;
    }
}
