/* bench_pool.c - the requests of one entry point, made before anything is timed. */
#include "harness/host/bench_pool.h"

#include "workloads/stream.h"

#include <errno.h>
#include <string.h>

enum {
    POOL_ITEMS = 4096,
    DRAWS_MAX = 64 * POOL_ITEMS, /* a rarer entry point gets fewer requests */
};

static const char *copy(struct wm_pool *pool, const char *string)
{
    return wm_arena_copy(&pool->arena, string, strlen(string));
}

/* The next item; `index` and `row` are what the tables know the request by. */
static struct wm_pool_item *add_item(struct wm_pool *pool, uint64_t index, uint32_t field_count,
                                     struct wm_request_field **ret_fields)
{
    struct wm_pool_item *item = &pool->items[pool->item_count];
    struct wm_request_field *fields =
        wm_arena_alloc(&pool->arena, (field_count + 1) * sizeof(*fields));
    if (fields == NULL)
        return NULL;
    memset(item, 0, sizeof(*item));
    item->request.entry = pool->entry->entry->name;
    item->request.index = index;
    item->request.fields = fields;
    item->request.field_count = field_count;
    *ret_fields = fields;
    pool->item_count++;
    return item;
}

static int add_work(struct wm_pool *pool, const struct wm_work *work)
{
    struct wm_request_field *fields;
    struct wm_pool_item *item = add_item(pool, work->index, work->field_count, &fields);
    if (item == NULL)
        return -ENOMEM;
    item->group = work->row; /* until it was tried */
    for (uint32_t i = 0; i < work->field_count; i++) {
        fields[i].name = copy(pool, work->fields[i].name);
        fields[i].value = copy(pool, work->fields[i].value);
        if (fields[i].name == NULL || fields[i].value == NULL)
            return -ENOMEM;
    }
    if (work->body == NULL)
        return 0;
    item->request.body_bytes = work->body_bytes;
    item->request.body = wm_arena_copy(&pool->arena, work->body, work->body_bytes);
    return item->request.body != NULL ? 0 : -ENOMEM;
}

static int draw(struct wm_pool *pool, struct wm_stream *stream, struct wm_error *err)
{
    struct wm_cursor *cursor = NULL;
    struct wm_work work;
    int rc = wm_cursor_new(stream, &cursor);
    if (rc < 0)
        return wm_fail(err, rc, "out of memory");
    for (uint64_t i = 0; rc >= 0 && i < DRAWS_MAX && pool->item_count < POOL_ITEMS; i++) {
        rc = wm_stream_draw(cursor, i, &work, err);
        if (rc > 0 && strcmp(work.entry, pool->entry->entry->name) == 0 &&
            add_work(pool, &work) < 0)
            rc = wm_fail(err, -ENOMEM, "out of memory for the benchmark's requests");
    }
    wm_cursor_free(cursor);
    return rc < 0 ? rc : 0;
}

/* The plan's own fields outlive the pool. */
static int make_single(struct wm_pool *pool, const struct wm_bench_plan *plan, struct wm_error *err)
{
    struct wm_request_field *fields;
    struct wm_pool_item *item = add_item(pool, 0, plan->field_count, &fields);
    if (item == NULL)
        return wm_fail(err, -ENOMEM, "out of memory for the benchmark's request");
    item->group = WM_ROW_NONE;
    const char *at = plan->fields;
    for (uint32_t i = 0; i < plan->field_count; i++) {
        fields[i].name = at;
        fields[i].value = at + strlen(at) + 1;
        at = fields[i].value + strlen(fields[i].value) + 1;
    }
    return 0;
}

/* The path that the request takes, or took when tried. */
static int try_once(struct wm_pool *pool, struct wm_pool_item *item, uint32_t *ret_path)
{
    struct wm_reply reply = {0};
    struct wm_probe_end end;
    struct wm_context *context =
        wm_probe_begin(pool->entry->number, item->group, item->request.index, 0);
    if (context == NULL)
        return -EBUSY;
    item->request.context = context;
    (void)pool->entry->entry->function(&item->request, &reply);
    wm_probe_end(context, &end);
    *ret_path = end.path;
    return 0;
}

static bool is_of_group(const struct wm_pool_group *group, uint32_t row, uint32_t path)
{
    return group->mixed || (group->row == row && group->path == path);
}

static uint32_t find_group(struct wm_pool *pool, uint32_t row, uint32_t path, uint64_t index,
                           uint32_t group_max)
{
    uint32_t at = 0;
    while (at < pool->group_count && !is_of_group(&pool->groups[at], row, path))
        at++;
    if (at < pool->group_count)
        return at;
    struct wm_pool_group *group = &pool->groups[pool->group_count++];
    if (at + 1 < group_max)
        *group = (struct wm_pool_group){.first_index = index, .row = row, .path = path};
    else
        *group = (struct wm_pool_group){.first_index = index, .row = WM_ROW_NONE, .mixed = true};
    return at;
}

static int try_all(struct wm_pool *pool, uint32_t group_max, struct wm_error *err)
{
    pool->groups = wm_arena_alloc(&pool->arena, group_max * sizeof(*pool->groups));
    if (pool->groups == NULL)
        return wm_fail(err, -ENOMEM, "out of memory for the benchmark's paths");
    for (uint32_t i = 0; i < pool->item_count; i++) {
        struct wm_pool_item *item = &pool->items[i];
        uint32_t path;
        if (try_once(pool, item, &path) < 0)
            return wm_fail(err, -EBUSY, "too many requests are in flight");
        item->group = find_group(pool, item->group, path, item->request.index, group_max);
    }
    return 0;
}

int wm_pool_fill(struct wm_pool *pool, const struct wm_app_entry *entry, struct wm_stream *stream,
                 uint32_t group_max, struct wm_error *err)
{
    memset(pool, 0, sizeof(*pool));
    wm_arena_init(&pool->arena);
    pool->entry = entry;
    pool->items = wm_arena_alloc(&pool->arena, POOL_ITEMS * sizeof(*pool->items));
    if (pool->items == NULL)
        return wm_fail(err, -ENOMEM, "out of memory for the benchmark's requests");
    int rc = stream != NULL ? draw(pool, stream, err)
                            : make_single(pool, &wm_probe_region()->plan.bench, err);
    if (rc == 0 && pool->item_count == 0)
        rc = wm_fail(err, -ENOENT, "the mix has no request for %s", entry->entry->name);
    return rc < 0 ? rc : try_all(pool, group_max, err);
}

void wm_pool_done(struct wm_pool *pool)
{
    wm_arena_done(&pool->arena);
    memset(pool, 0, sizeof(*pool));
}
