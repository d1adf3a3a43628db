/* comparable.c - what has to be the same on both sides. */
#include "profiles/compare/comparable.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES = 128 };

/* ---- Facts of a run ---- */

/* Writes VALUE_BYTES at most; "" where it is not known. */
typedef void fact_fn(const struct wm_run *run, const char *key, char *text);

static void of_identity(const struct wm_run *run, const char *key, char *text)
{
    (void)snprintf(text, VALUE_BYTES, "%s",
                   wm_run_setting(run->identity, run->identity_count, key));
}

static void of_machine(const struct wm_run *run, const char *key, char *text)
{
    (void)snprintf(text, VALUE_BYTES, "%s", wm_run_setting(run->machine, run->machine_count, key));
}

static void of_load(const struct wm_run *run, const char *key, char *text)
{
    (void)key;
    (void)snprintf(text, VALUE_BYTES, "%s", run->load);
}

static void of_sampler(const struct wm_run *run, const char *key, char *text)
{
    (void)key;
    if (run->hz > 0)
        (void)snprintf(text, VALUE_BYTES, "%.60s at %.6g Hz", run->sampler, run->hz);
    else
        (void)snprintf(text, VALUE_BYTES, "none");
}

static const struct fact {
    const char *what;
    fact_fn *get;
    const char *key;
    bool differs_by_intent; /* between the sides, never within one */
    bool only_noted;
} facts[] = {
    {"work (hash of the mix, trace or capture)", of_identity, WM_RUN_WORK_HASH, false, false},
    {"build id of the app",                      of_identity, WM_RUN_BUILD_ID,  true,  false},
    {"processor",                                of_machine,  "cpu",            false, false},
    {"number of cores",                          of_machine,  "cores",          false, false},
    {"kernel",                                   of_machine,  "kernel",         false, true },
    {"load",                                     of_load,     NULL,             false, false},
    {"sampler",                                  of_sampler,  NULL,             false, false},
};

static void add_difference(struct wm_text *text, const char *what, const char *first,
                           const char *second)
{
    wm_text_addf(text, "%s differs: ", what);
    wm_text_add_safe(text, first, strlen(first), VALUE_BYTES);
    wm_text_add(text, " and ");
    wm_text_add_safe(text, second, strlen(second), VALUE_BYTES);
    wm_text_add(text, "\n");
}

/* The first run's fact; where another run of the side says otherwise, that is a reason. */
static void of_side(const struct wm_set *set, const struct fact *fact, char *first,
                    struct wm_text *reasons)
{
    char other[VALUE_BYTES];
    fact->get(set->runs[0], fact->key, first);
    for (size_t i = 1; i < set->run_count; i++) {
        fact->get(set->runs[i], fact->key, other);
        if (fact->only_noted || strcmp(first, other) == 0)
            continue;
        wm_text_addf(reasons, "within %s, ", set->name);
        add_difference(reasons, fact->what, first, other);
        break;
    }
}

static void check_fact(const struct wm_set *base, const struct wm_set *now, const struct fact *fact,
                       struct wm_text *reasons, struct wm_text *notes)
{
    char before[VALUE_BYTES], after[VALUE_BYTES];
    of_side(base, fact, before, reasons);
    of_side(now, fact, after, reasons);
    if (before[0] == '\0' || after[0] == '\0') {
        wm_text_addf(notes, "%s is not known of %s, so not compared\n", fact->what,
                     before[0] == '\0' ? base->name : now->name);
        return;
    }
    bool same = strcmp(before, after) == 0;
    if (fact->differs_by_intent && same)
        wm_text_addf(notes, "%s is the same on both sides\n", fact->what);
    else if (!fact->differs_by_intent && !same)
        add_difference(fact->only_noted ? notes : reasons, fact->what, before, after);
}

static void note_crashes(const struct wm_set *set, struct wm_text *notes)
{
    for (size_t i = 0; i < set->run_count; i++)
        if (set->runs[i]->crashed)
            wm_text_addf(notes, "the app crashed in %s\n", set->folders[i]);
}

static void check_bench(const struct wm_set *base, const struct wm_set *now,
                        struct wm_text *reasons)
{
    static const char *const keys[] = {"goos", "goarch", "cpu"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *before = wm_benchfile_setting(base->bench, keys[i]);
        const char *after = wm_benchfile_setting(now->bench, keys[i]);
        if (before != NULL && after != NULL && strcmp(before, after) != 0)
            add_difference(reasons, keys[i], before, after);
    }
}

void wm_comparable_check(const struct wm_set *base, const struct wm_set *now,
                         struct wm_text *reasons, struct wm_text *notes)
{
    bool runs = base->run_count > 0 && now->run_count > 0;
    bool bench = base->bench != NULL && now->bench != NULL;
    if (!runs && !bench)
        wm_text_addf(reasons, "%s has only %s, %s only %s\n", base->name,
                     base->run_count > 0 ? "runs" : "benchmark results", now->name,
                     now->run_count > 0 ? "runs" : "benchmark results");
    for (size_t i = 0; runs && i < sizeof(facts) / sizeof(facts[0]); i++)
        check_fact(base, now, &facts[i], reasons, notes);
    if (bench)
        check_bench(base, now, reasons);
    note_crashes(base, notes);
    note_crashes(now, notes);
}
