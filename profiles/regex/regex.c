/* regex.c - expressions of RE2's syntax, matched by PCRE2.
 *
 * PCRE2 goes back and tries again, which some expressions make last for ever. So it gets a number
 * of steps; when they are used up, the expression is from then on matched by PCRE2's other way,
 * which follows all possibilities at once, in a time that the lengths of expression and text bound.
 * That has a limit too, on the sum over all texts: above it the answer is no, and this is told. */
#include "profiles/regex/regex.h"

#include "profiles/regex/re2.h"

#include "harness/core/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
    STEPS_MAX = 1000000,
    NESTING_MAX = 4000,    /* groups of the translation; RE2's own limit is 1000 */
    WORKSPACE_INTS = 6000, /* about 1,000 possibilities at once */
    STATES_MAX = 1000,
    BYTES_PER_STATE = 4, /* of compiled code, about */
};

static const uint64_t COST_MAX = 20000000000; /* states squared and characters: about a minute */

struct wm_regex {
    pcre2_code *code;
    pcre2_match_data *found;
    pcre2_match_context *limits;
    struct wm_text pcre, sanitized;
    pcre2_code *parallel; /* the same with all that may precede it; NULL: not needed yet */
    int *workspace;
    uint64_t cost; /* of all texts so far */
    bool is_slow, gave_up;
};

static int compile(const char *pcre, size_t length, pcre2_code **ret_code, int *ret_problem)
{
    size_t at = 0;
    int rc = -ENOMEM;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL)
        return rc;
    pcre2_set_parens_nest_limit(context, NESTING_MAX);
    *ret_code = pcre2_compile((PCRE2_SPTR)pcre, length,
                              PCRE2_UTF | PCRE2_DOTALL | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_UCP |
                                  PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_UTF_CHECK,
                              ret_problem, &at, context);
    pcre2_compile_context_free(context);
    if (*ret_code != NULL)
        return 0;
    return *ret_problem == PCRE2_ERROR_NOMEMORY ? rc : -EINVAL;
}

static int prepare(struct wm_regex *regex, const char *option, const char *pattern,
                   struct wm_error *err)
{
    char message[160];
    int problem = 0;
    int rc = wm_re2_translate(option, pattern, &regex->pcre, err);
    if (rc < 0)
        return rc;
    rc = regex->pcre.failed ? -ENOMEM
                            : compile(regex->pcre.data, regex->pcre.length, &regex->code, &problem);
    if (rc == -EINVAL) {
        pcre2_get_error_message(problem, (PCRE2_UCHAR *)message, sizeof(message));
        return wm_fail_at(err, rc, option, "this expression cannot be matched here: %s", message);
    }
    if (rc == 0) {
        (void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE); /* without it, it is slower */
        regex->found = pcre2_match_data_create(1, NULL);
        regex->limits = pcre2_match_context_create(NULL);
        rc = regex->found == NULL || regex->limits == NULL ? -ENOMEM : 0;
    }
    if (rc < 0)
        return wm_fail_at(err, rc, option, "no memory for the expression");
    pcre2_set_match_limit(regex->limits, STEPS_MAX);
    return 0;
}

int wm_regex_new(const char *option, const char *pattern, struct wm_regex **ret_regex,
                 struct wm_error *err)
{
    struct wm_regex *regex = calloc(1, sizeof(*regex));
    if (regex == NULL)
        return wm_fail_at(err, -ENOMEM, option, "no memory for the expression");
    wm_text_init(&regex->pcre);
    wm_text_init(&regex->sanitized);
    int rc = prepare(regex, option, pattern, err);
    if (rc == 0) {
        *ret_regex = regex;
        regex = NULL;
    }
    wm_regex_free(regex);
    return rc;
}

void wm_regex_free(struct wm_regex *regex)
{
    if (regex == NULL)
        return;
    pcre2_code_free(regex->code);
    pcre2_code_free(regex->parallel);
    pcre2_match_data_free(regex->found);
    pcre2_match_context_free(regex->limits);
    wm_text_done(&regex->pcre);
    wm_text_done(&regex->sanitized);
    free(regex->workspace);
    free(regex);
}

bool wm_regex_gave_up(const struct wm_regex *regex)
{
    return regex->gave_up;
}

/* ---- Texts ---- */

/* Of most texts that is all, which eight bytes tell at once. */
static size_t ascii_length(const char *text, size_t length)
{
    size_t at = 0;
    for (uint64_t bytes; at + sizeof(bytes) <= length; at += sizeof(bytes)) {
        memcpy(&bytes, text + at, sizeof(bytes));
        if ((bytes & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    return at;
}

static size_t valid_length(const char *text, size_t length)
{
    size_t at = ascii_length(text, length);
    while (at < length) {
        size_t bytes =
            (unsigned char)text[at] < 0x80 ? 1 : wm_text_utf8_length(text + at, length - at);
        if (bytes == 0)
            break;
        at += bytes;
    }
    return at;
}

/* Go takes each byte that is no character for the one that stands for such. */
static void sanitize(struct wm_text *sanitized, const char *text, size_t length)
{
    wm_text_clear(sanitized);
    for (size_t at = 0; at < length;) {
        size_t valid = valid_length(text + at, length - at);
        wm_text_add_bytes(sanitized, text + at, valid);
        at += valid;
        if (at < length) {
            wm_text_add(sanitized, "\xef\xbf\xbd");
            at++;
        }
    }
}

/* ---- Matching ---- */

static bool prepare_parallel(struct wm_regex *regex)
{
    struct wm_text text;
    int problem;
    regex->is_slow = true;
    regex->workspace = calloc(WORKSPACE_INTS, sizeof(regex->workspace[0]));
    wm_text_init(&text);
    wm_text_addf(&text, "\\A.*(?:%s)", regex->pcre.data);
    bool ready = regex->workspace != NULL && !text.failed &&
                 compile(text.data, text.length, &regex->parallel, &problem) == 0;
    wm_text_done(&text);
    return ready;
}

static bool finds_slowly(struct wm_regex *regex, const char *text, size_t length)
{
    size_t code_bytes = 0;
    pcre2_pattern_info(regex->parallel, PCRE2_INFO_SIZE, &code_bytes);
    uint64_t states = code_bytes / BYTES_PER_STATE;
    states = states > STATES_MAX ? STATES_MAX : states;
    regex->cost += states * states * (length + 1);
    if (regex->cost > COST_MAX)
        return false;
    int rc = pcre2_dfa_match(regex->parallel, (PCRE2_SPTR)text, length, 0,
                             PCRE2_NO_UTF_CHECK | PCRE2_DFA_SHORTEST, regex->found, regex->limits,
                             regex->workspace, WORKSPACE_INTS);
    regex->gave_up |= rc < 0 && rc != PCRE2_ERROR_NOMATCH;
    return rc >= 0;
}

bool wm_regex_finds(struct wm_regex *regex, const char *text, size_t length)
{
    if (valid_length(text, length) < length) {
        sanitize(&regex->sanitized, text, length);
        text = regex->sanitized.data;
        length = regex->sanitized.length;
    }
    if (!regex->is_slow) {
        int rc = pcre2_match(regex->code, (PCRE2_SPTR)text, length, 0, PCRE2_NO_UTF_CHECK,
                             regex->found, regex->limits);
        if (rc >= 0 || rc == PCRE2_ERROR_NOMATCH)
            return rc >= 0;
        if (!prepare_parallel(regex))
            regex->cost = COST_MAX;
    }
    bool finds = regex->cost < COST_MAX && finds_slowly(regex, text, length);
    regex->gave_up |= regex->cost >= COST_MAX;
    return finds;
}
