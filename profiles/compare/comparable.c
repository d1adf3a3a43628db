/* comparable.c - what has to be the same on both sides. */
#include "profiles/compare/comparable.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES = 128 };

/* ---- Facts of a run ---- */

struct buffer { /* for a value that is made up */
    char text[VALUE_BYTES];
};

/* Borrowed from the run or from the buffer; "" where it is not known. */
typedef const char *fact_fn(const struct wm_run *run, const char *key, struct buffer *buffer);

static const char *of_identity(const struct wm_run *run, const char *key, struct buffer *buffer)
{
    (void)buffer;
    return wm_run_setting(run->identity, run->identity_count, key);
}

static const char *of_machine(const struct wm_run *run, const char *key, struct buffer *buffer)
{
    (void)buffer;
    return wm_run_setting(run->machine, run->machine_count, key);
}

/* An option that was not given is one that has no value, and that is known. */
static const char *of_options(const struct wm_run *run, const char *key, struct buffer *buffer)
{
    const char *value = wm_run_setting(run->settings, run->setting_count, key);
    (void)buffer;
    return value[0] != '\0' ? value : "none";
}

static const char *of_load(const struct wm_run *run, const char *key, struct buffer *buffer)
{
    (void)key;
    (void)buffer;
    return run->load;
}

static const char *of_sampler(const struct wm_run *run, const char *key, struct buffer *buffer)
{
    (void)key;
    if (!(run->hz > 0))
        return "none";
    (void)snprintf(buffer->text, sizeof(buffer->text), "%.60s at %.6g Hz", run->sampler, run->hz);
    return buffer->text;
}

enum { OF_RUNS = 1, OF_BENCH = 2 };

enum rule {
    EQUAL,  /* or they cannot be compared */
    NOTED,  /* where they differ */
    INTENT, /* differs between the sides, that is what is compared; never within one */
};

/* The processor that benchmarks ran on is in their own text. */
static const struct fact {
    const char *what;
    fact_fn *get;
    const char *key;
    int of; /* what it counts for */
    enum rule rule;
} facts[] = {
    {"work (hash of the mix, trace or capture)", of_identity, WM_RUN_WORK_HASH, OF_RUNS | OF_BENCH,
     EQUAL                                                                                                },
    {"build id of the app",                      of_identity, WM_RUN_BUILD_ID,  OF_RUNS | OF_BENCH, INTENT},
    {"--field",                                  of_options,  "field",          OF_BENCH,           EQUAL },
    {"--benchtime",                              of_options,  "benchtime",      OF_BENCH,           NOTED },
    {"processor",                                of_machine,  "cpu",            OF_RUNS,            EQUAL },
    {"number of cores",                          of_machine,  "cores",          OF_RUNS | OF_BENCH, EQUAL },
    {"kernel",                                   of_machine,  "kernel",         OF_RUNS | OF_BENCH, NOTED },
    {"load",                                     of_load,     NULL,             OF_RUNS,            EQUAL },
    {"sampler",                                  of_sampler,  NULL,             OF_RUNS,            EQUAL },
};

/* The runs that tell the facts of a set. */
struct side {
    const char *name;
    struct wm_run *const *runs;
    size_t count;
};

static struct side side_of(const struct wm_set *set, int of)
{
    if (of == OF_RUNS)
        return (struct side){set->name, set->runs, set->run_count};
    return (struct side){set->name, &set->bench_facts, set->bench_facts != NULL};
}

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
static const char *of_side(const struct side *side, const struct fact *fact, struct buffer *buffer,
                           struct wm_text *reasons)
{
    struct buffer other_buffer;
    const char *first = fact->get(side->runs[0], fact->key, buffer);
    for (size_t i = 1; i < side->count && fact->rule != NOTED; i++) {
        const char *other = fact->get(side->runs[i], fact->key, &other_buffer);
        if (strcmp(first, other) == 0)
            continue;
        wm_text_addf(reasons, "within %s, ", side->name);
        add_difference(reasons, fact->what, first, other);
        break;
    }
    return first;
}

static void check_fact(const struct side *base, const struct side *now, const struct fact *fact,
                       struct wm_text *reasons, struct wm_text *notes)
{
    struct buffer buffers[2];
    const char *before = of_side(base, fact, &buffers[0], reasons);
    const char *after = of_side(now, fact, &buffers[1], reasons);
    if (before[0] == '\0' || after[0] == '\0') {
        wm_text_addf(notes, "%s is not known of %s, so not compared\n", fact->what,
                     before[0] == '\0' ? base->name : now->name);
        return;
    }
    bool same = strcmp(before, after) == 0;
    if (fact->rule == INTENT && same)
        wm_text_addf(notes, "%s is the same on both sides\n", fact->what);
    else if (fact->rule != INTENT && !same)
        add_difference(fact->rule == NOTED ? notes : reasons, fact->what, before, after);
}

static void check_facts(const struct wm_set *base, const struct wm_set *now, int of,
                        struct wm_text *reasons, struct wm_text *notes)
{
    const struct side before = side_of(base, of), after = side_of(now, of);
    if (before.count == 0 && after.count == 0)
        return;
    if (before.count == 0 || after.count == 0) {
        wm_text_addf(notes, "what the benchmarks of %s were of is not known, so not compared\n",
                     before.count == 0 ? before.name : after.name);
        return;
    }
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        if ((facts[i].of & of) != 0)
            check_fact(&before, &after, &facts[i], reasons, notes);
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
    if (runs)
        check_facts(base, now, OF_RUNS, reasons, notes);
    if (bench) {
        check_bench(base, now, reasons);
        check_facts(base, now, OF_BENCH, reasons, notes);
    }
    note_crashes(base, notes);
    note_crashes(now, notes);
}
