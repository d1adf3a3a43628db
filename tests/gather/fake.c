/* fake.c - the app's side of the region, played in memory by a test. */
#include "fake.h"

#include "profiles/wire/shared.h"

#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct wm_region *fake_region_new(void)
{
    struct wm_region *region = mmap(NULL, sizeof(*region), PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region == MAP_FAILED)
        return NULL;
    wm_region_init(region);
    region->plan.threads = region->plan.concurrency = 1;
    region->plan.hz = 997;
    region->sampler = WM_SAMPLER_PERF;
    region->allocs_counted = 1;
    region->stage = WM_STAGE_RUNNING;
    return region;
}

void fake_region_free(struct wm_region *region)
{
    if (region != NULL)
        munmap(region, sizeof(*region));
}

void fake_run_done(struct wm_region *region, uint64_t seconds, uint64_t app_cpu_ns)
{
    region->started_ns = 1000;
    region->stopped_ns = 1000 + seconds * UINT64_C(1000000000);
    region->app_cpu_ns = app_cpu_ns;
    region->stage = WM_STAGE_DONE;
}

uint32_t fake_name(struct wm_region *region, const char *name)
{
    uint32_t offset = region->name_bytes;
    size_t bytes = strlen(name) + 1;
    memcpy(region->names + offset, name, bytes);
    region->name_bytes += (uint32_t)bytes;
    return offset;
}

uint32_t fake_entry(struct wm_region *region, const char *name)
{
    region->entries[region->entry_count] = fake_name(region, name);
    return region->entry_count++;
}

uint32_t fake_outcome(struct wm_region *region, const char *name)
{
    region->outcomes[region->outcome_count] = fake_name(region, name);
    return region->outcome_count++;
}

uint32_t fake_site(struct wm_region *region, const char *name, uint32_t line, bool reached)
{
    region->sites[region->site_count] = (struct wm_site_entry){
        fake_name(region, name), fake_name(region, "src/shop.c"), line, reached};
    return region->site_count++;
}

uint32_t fake_node(struct wm_region *region, uint32_t parent, uint32_t site)
{
    uint32_t name = region->sites[site].name;
    struct wm_node *node = &region->nodes[region->node_count];
    node->hash = wm_hash_node(region->nodes[parent].hash, wm_hash_name(region->names + name));
    node->parent = parent;
    node->name = name;
    node->site = site;
    node->depth = region->nodes[parent].depth + 1;
    return region->node_count++;
}

uint32_t fake_path(struct wm_region *region, uint32_t entry, uint32_t outcome,
                   const uint16_t *nodes, uint32_t node_count)
{
    struct wm_path *path = &region->paths[region->path_count];
    uint64_t set = 0;
    for (uint32_t i = 0; i < node_count; i++) {
        set ^= region->nodes[nodes[i]].hash;
        region->path_nodes[region->path_node_count + i] = nodes[i];
    }
    uint64_t outcome_hash =
        outcome != 0 ? wm_hash_name(region->names + region->outcomes[outcome]) : 0;
    path->id =
        wm_hash_path(wm_hash_name(region->names + region->entries[entry]), set, outcome_hash);
    path->entry = entry;
    path->outcome = outcome;
    path->first_node = region->path_node_count;
    path->node_count = node_count;
    region->path_node_count += node_count;
    return region->path_count++;
}

static int report(struct dl_phdr_info *info, size_t size, void *user)
{
    struct wm_region *region = user;
    (void)size;
    const char *path = info->dlpi_name[0] != '\0' ? info->dlpi_name : region->plan.app;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD || (header->p_flags & PF_X) == 0 || path[0] != '/')
            continue;
        struct wm_module *module = &region->modules[region->module_count];
        memcpy(module->path, path, strnlen(path, sizeof(module->path) - 1));
        module->bias = info->dlpi_addr;
        module->start = info->dlpi_addr + header->p_vaddr;
        module->end = module->start + header->p_memsz;
        module->offset = header->p_offset;
        region->module_count++;
    }
    return 0;
}

void fake_own_modules(struct wm_region *region)
{
    ssize_t bytes = readlink("/proc/self/exe", region->plan.app, sizeof(region->plan.app) - 1);
    if (bytes > 0)
        dl_iterate_phdr(report, region);
}

void fake_server(struct wm_region *region, uint32_t target)
{
    region->plan.target = target;
}

uint32_t fake_process(struct wm_region *region, uint32_t image)
{
    uint32_t at = region->process_count++;
    region->processes[at].pid = getpid();
    region->processes[at].image = image;
    return at;
}

uint64_t fake_request(struct wm_region *region)
{
    uint64_t label = WM_LABEL_BOARD | region->board.next_serial++;
    struct wm_board_request *request = wm_board_request(&region->board, label);
    request->path = 0;
    request->label = label;
    return label;
}

void fake_replied(struct wm_region *region, uint64_t label, uint32_t path)
{
    wm_board_request(&region->board, label)->path = path + 1;
}

void fake_requests(struct wm_region *region, uint32_t worker, uint32_t path, uint64_t requests,
                   uint64_t errors)
{
    struct wm_worker_table *table = &region->workers[worker];
    uint32_t at = 0;
    while (table->cells[at].requests != 0)
        at++;
    table->cells[at] = (struct wm_cell){.requests = requests,
                                        .errors = errors,
                                        .allocs = 3 * requests,
                                        .alloc_bytes = 100 * requests,
                                        .path = path};
    table->requests += requests;
    table->errors += errors;
    if (region->worker_count <= worker)
        region->worker_count = worker + 1;
}

void fake_latency(struct wm_region *region, uint32_t worker, uint32_t path, uint64_t ns)
{
    uint32_t *number = &region->workers[worker].latency[path];
    if (*number == 0)
        *number = ++region->histogram_count;
    wm_histogram_add(&region->histograms[*number - 1], ns);
}

bool fake_sample(struct wm_region *region, const struct fake_sample *sample, const uint64_t *frames,
                 size_t frame_count)
{
    struct wm_thread *thread = &region->threads[sample->thread];
    uint32_t bytes = (uint32_t)(sizeof(struct wm_sample) + frame_count * sizeof(uint64_t));
    uint64_t head;
    struct wm_sample *record =
        wm_ring_reserve(&thread->sample_ring, thread->samples_data, WM_SAMPLE_RING, bytes, &head);
    if (record == NULL) {
        thread->dropped++;
        thread->lost_cpu_ns += sample->cpu_ns;
        return false;
    }
    *record = (struct wm_sample){.bytes = bytes,
                                 .flags = sample->flags,
                                 .frame_count = (uint16_t)frame_count,
                                 .request = sample->request,
                                 .cpu_ns = sample->cpu_ns,
                                 .node = sample->node,
                                 .cost_ns = 1500};
    if (frame_count > 0)
        memcpy(record->frames, frames, frame_count * sizeof(uint64_t));
    thread->samples++;
    wm_ring_commit(&thread->sample_ring, head);
    return true;
}

bool fake_end(struct wm_region *region, uint32_t thread, uint64_t request, uint32_t path,
              uint32_t samples)
{
    struct wm_thread *from = &region->threads[thread];
    uint64_t head;
    struct wm_end *end =
        wm_ring_reserve(&from->end_ring, from->ends_data, WM_END_RING, sizeof(*end), &head);
    if (end == NULL) {
        from->ends_dropped++;
        return false;
    }
    *end = (struct wm_end){
        .bytes = sizeof(*end), .path = path, .request = request, .samples = samples};
    wm_ring_commit(&from->end_ring, head);
    return true;
}
