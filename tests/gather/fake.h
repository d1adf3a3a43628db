/* fake.h - the app's side of the region, played in memory by a test. */
#ifndef WM_TESTS_GATHER_FAKE_H
#define WM_TESTS_GATHER_FAKE_H

#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An empty region as the harness makes it, sparse; NULL: no memory. */
struct wm_region *fake_region_new(void);
void fake_region_free(struct wm_region *region);
/* Says that the run took `seconds` and ended well, with `app_cpu_ns` of CPU. */
void fake_run_done(struct wm_region *region, uint64_t seconds, uint64_t app_cpu_ns);

uint32_t fake_name(struct wm_region *region, const char *name);
uint32_t fake_entry(struct wm_region *region, const char *name);
uint32_t fake_outcome(struct wm_region *region, const char *name);
uint32_t fake_site(struct wm_region *region, const char *name, uint32_t line, bool reached);
/* The node of the site below `parent`, which has to be a new one. */
uint32_t fake_node(struct wm_region *region, uint32_t parent, uint32_t site);
/* A path through `node_count` nodes; its id follows from the names. */
uint32_t fake_path(struct wm_region *region, uint32_t entry, uint32_t outcome,
                   const uint16_t *nodes, uint32_t node_count);

/* Reports this process's binaries as libwaymark does, its own first; that is plan.app then. */
void fake_own_modules(struct wm_region *region);
/* Makes it a server's region, before wm_gather_new: enum wm_target_kind. */
void fake_server(struct wm_region *region, uint32_t target);
/* A process of the server, of this process's own number; its index. */
uint32_t fake_process(struct wm_region *region, uint32_t image);
/* A request on the board: its label. */
uint64_t fake_request(struct wm_region *region);
/* Its reply is whole, it took this path. */
void fake_replied(struct wm_region *region, uint64_t label, uint32_t path);

/* Requests that took a path, by a worker; their latencies are added one by one. */
void fake_requests(struct wm_region *region, uint32_t worker, uint32_t path, uint64_t requests,
                   uint64_t errors);
void fake_latency(struct wm_region *region, uint32_t worker, uint32_t path, uint64_t ns);

struct fake_sample {
    uint32_t thread;
    uint64_t request;
    uint32_t node;
    uint64_t cpu_ns;
    uint16_t flags;
};
/* False when the ring is full. */
bool fake_sample(struct wm_region *region, const struct fake_sample *sample, const uint64_t *frames,
                 size_t frame_count);
bool fake_end(struct wm_region *region, uint32_t thread, uint64_t request, uint32_t path,
              uint32_t samples);

#endif
