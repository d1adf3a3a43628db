/* waymark.h - the app's door: segments, outcomes, entry points, requests.
 *
 *     static int handle_request(const struct wm_request *req, struct wm_reply *reply)
 *     {
 *         WM_SEGMENT("HandleRequest");                  // open until the end of this scope
 *         const char *op = wm_request_field(req, "op"); // NULL when there is no such field
 *         ...
 *         WM_OUTCOME("denied");                         // names how this request ended
 *         return 0;                                     // anything else counts as an error
 *     }
 *     WM_ENTRY("HandleRequest", handle_request);
 *
 * For C11 and C++11, gcc and clang, Linux on x86-64. Link with -lwaymark (pkg-config waymark).
 * Without a harness every call here returns at once and does nothing; the app runs as it did.
 *
 * Threads: everything may be called on any thread and concerns the request that is attached to
 * the calling thread; with none attached, segments and outcomes do nothing. Signals: nothing here
 * may be called in a signal handler. */
#ifndef WAYMARK_WAYMARK_H
#define WAYMARK_WAYMARK_H

#include <stddef.h>
#include <stdint.h>

#if !defined(__linux__) || !defined(__x86_64__)
#error "waymark.h: Linux on x86-64 only, so far"
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct wm_request;
struct wm_reply;
struct wm_context;

/* ---- Requests ------------------------------------------------------------------------------
 * A request is valid while its entry point runs; an asynchronous one until wm_request_done(). */

/* The named field as a C string, NULL when the request has no such field. Borrowed. */
const char *wm_request_field(const struct wm_request *request, const char *name);
/* The body, NULL and 0 when there is none. Borrowed; not NUL-terminated. */
const void *wm_request_body(const struct wm_request *request, size_t *ret_size);
/* The name of the entry point it was sent to. */
const char *wm_request_entry(const struct wm_request *request);
/* Its number in its mix or trace, from 0: the same in every run. */
uint64_t wm_request_index(const struct wm_request *request);
/* Answers; may be called several times. The bytes are counted and not kept. */
void wm_reply_write(struct wm_reply *reply, const void *data, size_t size);

/* ---- Entry points --------------------------------------------------------------------------
 * At file scope. The name is a string literal. An entry point returns 0, or anything else to
 * count the request as an error. */

typedef int wm_entry_fn(const struct wm_request *request, struct wm_reply *reply);
#define WM_ENTRY(name, function) WM_PRIVATE_ENTRY(name, function, 0)

/* For event-loop apps: the entry point only starts the work and returns 0; the app calls
 * wm_request_done() once for each request, from any thread, when it is finished. If the entry
 * point returns non-zero the request ended there, as an error, and wm_request_done() must not be
 * called for it. */
#define WM_ASYNC_ENTRY(name, function) WM_PRIVATE_ENTRY(name, function, 1)
/* Ends the request (`status` 0, or anything else for an error). `request` is invalid afterwards. */
void wm_request_done(const struct wm_request *request, int status);

/* ---- Segments and outcomes ----------------------------------------------------------------- */

/* Opens the segment `name` until the end of the enclosing scope. `name` is a string literal
 * without '%', '{', '|', '}', '"', '\' or '/'. About 1 ns, 3 at most. */
#define WM_SEGMENT(name) WM_PRIVATE_SEGMENT(name, __COUNTER__)

/* The same for code that has no scope: pass what enter returned to leave, on the thread that the
 * request is attached to then. Segments close in reverse order of opening. */
#define wm_segment_enter(name) wm_private_open(WM_PRIVATE_SITE(name))
static inline void wm_segment_leave(uint32_t entered);

/* Says how the request ended, part of its execution path; the last call counts. A few fixed
 * names: at most 254 are told apart, further ones are counted together. */
#define WM_OUTCOME(name) wm_outcome(name)
void wm_outcome(const char *name);

/* ---- Contexts: carrying a request across callbacks and threads -----------------------------
 * A context is the request's own state: which segments are open, what was visited. */

/* Takes the request's context off this thread, before it is handed to another one; NULL when none
 * was attached. Segments open now stay open for the request until it ends or leaves them. */
struct wm_context *wm_context_detach(void);
/* Goes on with the request on this thread, in place of whatever was attached. NULL is allowed. A
 * context is attached to one thread at a time: a second attach elsewhere is refused (-1). */
int wm_context_attach(struct wm_context *context);
/* The context of a request, for code that holds on to the request instead. */
struct wm_context *wm_request_context(const struct wm_request *request);

/* ---- Private part: what the macros above need. Not an interface. --------------------------- */

struct wm_context {
    uint32_t node;
    uint32_t limited;
    uint32_t visits[];
};

/* One per WM_SEGMENT, emitted by inline assembly: a plain section attribute is refused by g++ in
 * inline functions and templates. `cache` holds the last (parent << 32 | child) in one word, so
 * that two threads cannot see half of each other's. */
struct wm_site {
    uint64_t cache;
    int64_t name; /* from this field to the string */
    int64_t file;
    uint32_t line;
    uint32_t number; /* 1 + index among the known sites, 0 before it is registered */
};

struct wm_entry {
    const char *name;
    wm_entry_fn *function;
    const char *file;
    uint32_t line;
    uint32_t async;
    struct wm_entry *next;
};

extern __thread struct wm_context *wm_context_current __attribute__((tls_model("initial-exec")));
uint32_t wm_segment_slow(struct wm_site *site);
void wm_sites_register(struct wm_site *start, struct wm_site *stop);
void wm_entry_register(struct wm_entry *entry);

#define WM_PRIVATE_SITE(name)                                                                      \
    __extension__({                                                                                \
        struct wm_site *wm_private_site_;                                                          \
        __asm__(".pushsection .rodata.wm_names,\"a?\",@progbits\n"                                 \
                "771: .asciz " #name "\n"                                                          \
                "772: .asciz \"" __FILE__ "\"\n"                                                   \
                ".popsection\n"                                                                    \
                ".pushsection wm_sites,\"aw?\",@progbits\n"                                        \
                ".balign 8\n"                                                                      \
                "773: .quad 0\n"                                                                   \
                ".quad 771b-.\n"                                                                   \
                ".quad 772b-.\n"                                                                   \
                ".long %c1, 0\n"                                                                   \
                ".popsection\n"                                                                    \
                "lea 773b(%%rip), %0"                                                              \
                : "=r"(wm_private_site_)                                                           \
                : "i"(__LINE__));                                                                  \
        wm_private_site_;                                                                          \
    })

struct wm_private_guard {
    struct wm_context *context;
    uint32_t parent;
};

static inline uint32_t wm_private_open(struct wm_site *site)
{
    struct wm_context *context = wm_context_current;
    if (context == NULL)
        return 0;
    uint32_t parent = context->node;
    uint64_t cache = __atomic_load_n(&site->cache, __ATOMIC_RELAXED);
    uint32_t child = (uint32_t)cache;
    if (__builtin_expect((uint32_t)(cache >> 32) != parent || context->visits[child] == 0, 0))
        child = wm_segment_slow(site);
    context->visits[child]++;
    /* An atomic store, since the sampler's signal reads it at any instruction. */
    __atomic_store_n(&context->node, child, __ATOMIC_RELAXED);
    return parent;
}

static inline void wm_segment_leave(uint32_t entered)
{
    struct wm_context *context = wm_context_current;
    if (entered != 0 && context != NULL)
        __atomic_store_n(&context->node, entered, __ATOMIC_RELAXED);
}

static inline void wm_private_close(struct wm_private_guard *guard)
{
    /* The request may have moved on to another thread inside the scope. */
    if (guard->parent != 0 && guard->context == wm_context_current)
        __atomic_store_n(&guard->context->node, guard->parent, __ATOMIC_RELAXED);
}

#define WM_PRIVATE_JOIN2(a, b) a##b
#define WM_PRIVATE_JOIN(a, b) WM_PRIVATE_JOIN2(a, b)

#define WM_PRIVATE_SEGMENT(name, unique)                                                           \
    struct wm_private_guard __attribute__((cleanup(wm_private_close), unused)) WM_PRIVATE_JOIN(    \
        wm_private_guard_, unique) = {wm_context_current, wm_private_open(WM_PRIVATE_SITE(name))}

#define WM_PRIVATE_ENTRY(name, function, async)                                                    \
    WM_PRIVATE_ENTRY2(name, function, async, __COUNTER__)
#define WM_PRIVATE_ENTRY2(name, function, async, unique)                                           \
    static struct wm_entry WM_PRIVATE_JOIN(wm_private_entry_, unique) = {                          \
        name, function, __FILE__, __LINE__, async, NULL};                                          \
    __attribute__((constructor)) static void WM_PRIVATE_JOIN(wm_private_enter_, unique)(void)      \
    {                                                                                              \
        wm_entry_register(&WM_PRIVATE_JOIN(wm_private_entry_, unique));                            \
    }                                                                                              \
    struct wm_entry

extern struct wm_site __start_wm_sites[] __attribute__((weak, visibility("hidden")));
extern struct wm_site __stop_wm_sites[] __attribute__((weak, visibility("hidden")));

__attribute__((constructor(101))) static void wm_private_register_sites(void)
{
    if (__start_wm_sites != NULL)
        wm_sites_register(__start_wm_sites, __stop_wm_sites);
}

#ifdef __cplusplus
}
#endif

#endif
