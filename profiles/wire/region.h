/* region.h - the whole of the memory that the app's process and the harness share.
 *
 * The harness makes it (an unlinked memory file, so that it outlives a crash of either side and
 * is gone with both), and reads it while and after the app runs. The environment variable
 * WAYMARK_REGION names it: to waymark-host as the number of an open descriptor, to a server as a
 * path (/proc/PID/fd/N), since it inherits none and may start further programs. It is
 * sparse: what is not touched costs no memory. One build makes both sides, so the layout needs no
 * compatibility, only the check of `version` and `bytes`. */
#ifndef WM_WIRE_REGION_H
#define WM_WIRE_REGION_H

#include "profiles/wire/bench.h"
#include "profiles/wire/board.h"
#include "profiles/wire/record.h"
#include "profiles/wire/ring.h"
#include "profiles/wire/sites.h"
#include "profiles/wire/tables.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define WM_REGION_ENVIRONMENT "WAYMARK_REGION"

enum {
    WM_REGION_MAGIC = 0x574d524b,
    WM_REGION_VERSION = 3,
    WM_THREAD_MAX = 512,    /* threads alive at one time; more are counted, not sampled */
    WM_PROCESS_MAX = 512,   /* of a server, alive at one time; more are counted, not sampled */
    WM_IMAGE_MAX = 1 << 15, /* programs that are executed, over the whole run */
    WM_MODULE_MAX = 1024,
    WM_CONTEXT_MAX = 4096, /* requests in flight at one time */
    WM_NOTE_MAX = 32,
    WM_UNSENT_MAX = 1 << 25,  /* unsent requests that are counted one by one: 2 s at most */
    WM_SAMPLE_RING = 1 << 20, /* bytes: 2.5 s of samples of 40 frames at 997 Hz */
    WM_END_RING = 1 << 17,    /* bytes: 5461 ends of sampled requests */
};

/* What to run: written by the harness before the app's process starts. */
enum wm_work_kind { WM_WORK_MIX, WM_WORK_TRACE, WM_WORK_NONE };
/* Who answers. */
enum wm_target_kind {
    WM_TARGET_HOST,    /* waymark-host, with the app in it: it runs the workers */
    WM_TARGET_SERVER,  /* a server with the agent; the harness runs the workers */
    WM_TARGET_CONNECT, /* a server somewhere; the harness runs the workers */
    WM_TARGET_WATCH,   /* a server with the agent under somebody else's load */
};
/* What the agent takes a label from (WM_TARGET_WATCH). */
enum wm_label_by { WM_LABEL_BY_HTTP, WM_LABEL_BY_RESP, WM_LABEL_BY_MEMCACHE, WM_LABEL_BY_PORT };
enum wm_law { WM_LAW_CLOSED, WM_LAW_CONSTANT, WM_LAW_POISSON, WM_LAW_RECORDED };
struct wm_plan {
    char app[4096];         /* the shared object to load, an absolute path */
    char work[4096];        /* the mix or the trace, an absolute path */
    char entry[256];        /* entry point for a trace's requests that name none; "" the only one */
    uint32_t work_kind;     /* enum wm_work_kind */
    uint32_t law;           /* enum wm_law */
    double rate_per_second; /* WM_LAW_CONSTANT, WM_LAW_POISSON */
    double speed;           /* WM_LAW_RECORDED: 2.0 is twice as fast as recorded */
    uint64_t requests;      /* 0: no limit */
    uint64_t duration_ns;   /* 0: no limit */
    uint64_t warmup_ns;
    uint64_t seed;
    uint32_t threads;
    uint32_t concurrency; /* requests in flight, all threads together; closed loop */
    uint32_t hz;          /* samples per CPU second of each thread; 0: no sampling */
    uint32_t unnamed;     /* 1: some of a trace's requests name no entry point */
    uint32_t target;      /* enum wm_target_kind */
    uint32_t label_by;    /* enum wm_label_by */
    struct wm_bench_plan bench;
};

/* How far the app's process is. Only grows. */
enum wm_stage {
    WM_STAGE_STARTING, /* loading the app and the work */
    WM_STAGE_WARMING,
    WM_STAGE_RUNNING, /* counted and sampled */
    WM_STAGE_ENDING,  /* no new requests; those in flight are waited for */
    WM_STAGE_DONE,    /* all tables final */
    WM_STAGE_FAILED,  /* `fault` says why; nothing was run */
};

struct wm_fault {
    int32_t rc; /* negative errno */
    char place[512];
    char text[512];
};

/* How samples are made. */
enum wm_sampler {
    WM_SAMPLER_NONE,
    WM_SAMPLER_PERF,  /* perf_event task-clock, kernel time included */
    WM_SAMPLER_TIMER, /* timer_create on the thread's CPU clock: at most the kernel's HZ */
};

/* Written by the crash handler or at an exit() that nobody asked for. */
struct wm_crash {
    _Atomic uint32_t ready; /* 1 when the rest is filled; pairs with the harness's reading */
    int32_t signal;         /* 0 for an exit */
    int32_t exit_code;      /* unknown here for an exit: the harness knows it from wait */
    uint32_t context;       /* 1 + index into wm_region.contexts of the request that was running */
    uint64_t address;       /* si_addr of SIGSEGV, SIGBUS, SIGFPE, SIGILL */
    uint32_t tid;
    uint32_t frame_count;
    uint64_t frames[WM_FRAME_MAX];
};

struct wm_note {
    char text[400];
};

/* A binary mapped into the app's process: sampled ones are never unmapped. Once a server's table is
 * full, entries of programs that ended without a sample are emptied (all 0) and used again: see
 * modules.h for how it is written and read. */
struct wm_module {
    uint64_t bias;  /* what was added to the file's virtual addresses */
    uint64_t start; /* executable range; several segments are several modules */
    uint64_t end;
    uint64_t offset; /* of `start` in the file */
    uint32_t image;  /* of which executed program: addresses of others mean other things */
    char path[512];  /* "[vdso]" for the vdso */
    uint8_t build_id[20];
    uint32_t build_id_bytes; /* 0: none */
};

/* A request in flight. The first two fields are the start of struct wm_context in the public
 * header waymark.h; profiles/probe asserts that they agree. */
enum wm_context_state { WM_CONTEXT_FREE, WM_CONTEXT_OPEN, WM_CONTEXT_ENDED };
struct wm_context_slot {
    uint32_t node;                /* active path now */
    uint32_t limited;             /* segments not followed for want of nodes: counted, then shown */
    uint32_t visits[WM_NODE_MAX]; /* opens of each node by this request */
    _Atomic uint32_t state;       /* enum wm_context_state */
    uint32_t entry;
    uint32_t outcome;
    uint32_t row;     /* of the mix, or WM_ROW_NONE */
    uint32_t counted; /* 0: warm-up, leaves no trace in any table */
    uint32_t visited_count;
    uint64_t serial;    /* of the request within the run; struct wm_sample.request */
    uint64_t index;     /* of the request in its mix or trace */
    uint64_t signature; /* xor of the visited nodes' hashes */
    uint64_t allocs;
    uint64_t alloc_bytes;
    _Atomic uint32_t samples;
    uint32_t many;      /* 1: it stands for many calls, of a benchmark; `visits` may pass 2^32 */
    int32_t pid;        /* of a server: whose it is, while it is open */
    uint32_t pid_space; /* of which namespace that number is: an inode; 0: not known */
    uint16_t visited[WM_NODE_MAX]; /* in order of first visit */
};

/* A process of a server: written by its agent, under the region's lock. Once all were used, one of
 * a process that ended goes to the next; its counters go on. */
struct wm_process {
    _Atomic int32_t pid;    /* 0: none */
    int32_t parent;         /* pid */
    uint32_t pid_space;     /* the namespace of these numbers: an inode; 0: not known */
    uint32_t image;         /* from 0; forked children share their parent's, exec makes a new one */
    _Atomic uint32_t ended; /* 1: it came to a regular end, by its own word */
    _Atomic uint64_t labelled; /* times that one of its threads began to serve a connection of the
                                  harness's (WM_TARGET_WATCH: any); not exact */
    _Atomic uint64_t sockets;  /* times that it read from any socket; not exact */
    char program[64];          /* the last part of its file's name */
};

/* A thread of the app's process. Slots are reused once a thread has ended; counters go on. */
struct wm_thread {
    _Atomic uint32_t tid;         /* 0: free */
    uint32_t harness;             /* 1: a thread of the host's own, not the app's */
    uint32_t process;             /* of a server: index into wm_region.processes */
    uint32_t image;               /* its program's, of which its samples have addresses */
    uint32_t pid_space;           /* the namespace of `tid` */
    _Atomic uint64_t last_cpu_ns; /* of a server: the thread's CPU clock at its last sample */
    uint64_t samples;
    uint64_t dropped; /* ring full; their CPU time is in lost_cpu_ns */
    uint64_t truncated;
    uint64_t lost_cpu_ns; /* CPU time that no sample carries: dropped, or after the last one */
    uint64_t lost_harness_cpu_ns; /* the same while the slot's thread was the host's own */
    uint64_t ends_dropped;        /* ends of sampled requests that found their ring full */
    uint64_t visits[WM_NODE_MAX]; /* exact opens of each node, by counted requests ended here */
    struct wm_ring sample_ring;
    struct wm_ring end_ring;
    unsigned char samples_data[WM_SAMPLE_RING];
    unsigned char ends_data[WM_END_RING];
};

struct wm_region {
    uint32_t magic;
    uint32_t version;
    uint64_t bytes; /* sizeof(struct wm_region) on the harness's side */
    struct wm_plan plan;
    pthread_mutex_t lock; /* process-shared, robust: see shared.h */

    /* control */
    _Atomic uint32_t stage;      /* enum wm_stage */
    _Atomic uint32_t stop;       /* harness: 1 = end the load, finish what is in flight; 2 = and
                                    let go of that */
    _Atomic uint64_t next_index; /* requests handed to workers so far (warm-up not counted) */
    _Atomic uint64_t started_ns; /* monotonic, first counted request; 0 before */
    _Atomic uint64_t stopped_ns; /* monotonic, last counted request done */
    uint64_t unsent;             /* open loop: due before the load ended, never sent; up to
                                    WM_UNSENT_MAX, which means that many or more */
    uint64_t app_cpu_ns;         /* getrusage of the app's process while it was sampled */
    uint32_t app_async;          /* 1: the entry points used are asynchronous */
    uint32_t worker_count;
    struct wm_fault fault;
    struct wm_crash crash;
    _Atomic uint32_t note_count;
    struct wm_note notes[WM_NOTE_MAX];

    /* sampling */
    uint32_t sampler;             /* enum wm_sampler */
    uint32_t sample_cost_ns;      /* measured at start: thread time that one sample takes, in all */
    uint64_t calibration_cpu_ns;  /* of a server: what the agent took for that, before the program
                                     began. It is in none of its threads' accounts */
    _Atomic uint32_t app_running; /* 1 from sampler start to stop. Of a server written by the
                                 harness: what is sampled before and after counts for nothing */
    uint32_t allocs_counted;      /* 0: the app's malloc is not the probe's */
    _Atomic uint64_t
        threads_unsampled; /* threads that found no slot: their CPU time is in no row */
    _Atomic uint64_t threads_eventless; /* threads without an event: it is (unattributed) */
    _Atomic uint64_t threads_shallow;   /* threads that are not unwound, for want of a stack */
    _Atomic uint64_t nodes_lost;        /* segments not followed: WM_NODE_MAX nodes known */
    _Atomic uint64_t sites_lost;
    _Atomic uint64_t modules_lost;
    _Atomic uint64_t contexts_lost;  /* dispatches that waited: WM_CONTEXT_MAX requests in flight */
    _Atomic uint64_t paths_lost;     /* requests counted under WM_PATH_OTHER */
    _Atomic uint64_t forks;          /* children that the app made; a host's are not profiled */
    _Atomic uint32_t process_count;  /* of a server: slots that were ever used, */
    _Atomic uint64_t processes_more; /* and processes that had another's after it, */
    _Atomic uint64_t processes_lost; /* and those that found none */
    _Atomic uint64_t programs_lost;  /* programs that came after WM_IMAGE_MAX others */
    uint32_t image_count;            /* under the lock */
    _Atomic uint8_t image_sampled[WM_IMAGE_MAX]; /* 1: there are samples of it */
    _Atomic uint64_t descriptors_lost; /* times that one beyond the agent's table was read from */
    struct wm_process processes[WM_PROCESS_MAX];

    /* names */
    _Atomic uint32_t name_bytes;
    char names[WM_NAME_BYTES];
    uint32_t name_table[WM_NAME_TABLE]; /* name offsets, under the lock */
    _Atomic uint32_t entry_count;
    uint32_t entries[WM_ENTRY_MAX]; /* name offsets */
    uint64_t entry_hashes[WM_ENTRY_MAX];
    _Atomic uint32_t entry_table[WM_ENTRY_TABLE]; /* 1 + index into entries, by name */
    _Atomic uint32_t outcome_count;
    uint32_t outcomes[WM_OUTCOME_MAX]; /* name offsets */
    uint64_t outcome_hashes[WM_OUTCOME_MAX];
    _Atomic uint32_t site_count;
    struct wm_site_entry sites[WM_SITE_MAX];
    uint32_t site_table[WM_SITE_TABLE]; /* 1 + index into sites, by what they are, under the lock */
    _Atomic uint32_t node_count;        /* starts at WM_NODE_ROOT + 1 */
    struct wm_node nodes[WM_NODE_MAX];
    _Atomic uint32_t node_table[WM_NODE_TABLE]; /* index into nodes, by parent and name */
    _Atomic uint64_t node_visits[WM_NODE_MAX];  /* the same as wm_thread.visits, from threads
                                                   that found no slot; the sum is the truth */
    _Atomic uint32_t path_count;                /* starts at 1: WM_PATH_OTHER */
    struct wm_path paths[WM_PATH_MAX];
    _Atomic uint32_t path_table[WM_PATH_TABLE]; /* index into paths, by id */
    _Atomic uint32_t path_node_count;
    uint16_t path_nodes[WM_PATH_NODES];
    _Atomic uint32_t module_count;
    struct wm_module modules[WM_MODULE_MAX];
    _Atomic uint32_t module_writes[WM_MODULE_MAX]; /* of each; odd: it is being written */

    /* the big tables */
    struct wm_bench_board bench;
    struct wm_board board;
    _Atomic uint32_t histogram_count;
    struct wm_worker_table workers[WM_WORKER_MAX];
    struct wm_histogram histograms[WM_HISTOGRAM_MAX];
    struct wm_context_slot contexts[WM_CONTEXT_MAX];
    struct wm_thread threads[WM_THREAD_MAX];
};

#endif
