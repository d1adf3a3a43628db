/* traced.c - a trace as text, for scripts: a line for each request, its parts separated by tabs:
 * session, what became of it (status, outcome, "ok", "-"), what was sent. */
#include "harness/core/text.h"
#include "workloads/trace.h"

#include <stdio.h>
#include <string.h>

static const char *field(const struct wm_work *work, const char *name)
{
    for (uint32_t i = 0; i < work->field_count; i++)
        if (strcmp(work->fields[i].name, name) == 0)
            return work->fields[i].value;
    return NULL;
}

static void add_sent(struct wm_text *line, const struct wm_work *work)
{
    static const char *const own[] = {"session", "status", "outcome", "latency_ns"};
    for (uint32_t i = 0; i < work->field_count; i++) {
        const struct wm_work_field *sent = &work->fields[i];
        bool skip = false;
        for (size_t name = 0; name < sizeof(own) / sizeof(own[0]); name++)
            skip = skip || strcmp(sent->name, own[name]) == 0;
        if (skip)
            continue;
        wm_text_add(line, strncmp(sent->name, "header.", 7) == 0 ? sent->name : "");
        wm_text_add(line, " ");
        wm_text_add_safe(line, sent->value, strlen(sent->value), 0);
    }
    if (work->body != NULL) {
        wm_text_add(line, " ");
        wm_text_add_safe(line, work->body, work->body_bytes, 0);
    }
}

static const char *became(const struct wm_work *work)
{
    const char *status = field(work, "status"), *outcome = field(work, "outcome");
    if (status != NULL || outcome != NULL)
        return status != NULL ? status : outcome;
    return field(work, "latency_ns") != NULL ? "ok" : "-";
}

int main(int argc, char **argv)
{
    struct wm_trace_reader *reader = NULL;
    struct wm_work work;
    struct wm_error err = {0};
    struct wm_text line;
    uint64_t last_ns = 0;
    wm_text_init(&line);
    int rc = argc == 2 ? wm_trace_open(argv[1], &reader, &err) : -1;
    while (rc >= 0 && (rc = wm_trace_next(reader, &work, &err)) > 0) {
        if (work.due_ns < last_ns)
            return fprintf(stderr, "times step back\n"), 1;
        last_ns = work.due_ns;
        wm_text_clear(&line);
        add_sent(&line, &work);
        printf("%s\t%s\t%s\n", field(&work, "session"), became(&work), line.data);
    }
    if (rc < 0 || wm_trace_cut(reader) != 0)
        return fprintf(stderr, "%s: %s\n", err.place, rc < 0 ? err.text : "cut off"), 1;
    wm_trace_close(reader);
    wm_text_done(&line);
    return 0;
}
