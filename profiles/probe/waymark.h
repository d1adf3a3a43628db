/* waymark.h - the app's door: segments, outcomes, entry points, requests, benchmarks.
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

/* ---- Benchmarks ----------------------------------------------------------------------------
 *
 *     static void bench_validate(struct wm_bench *b)
 *     {
 *         struct token *token = make_token(); // before the loop: not timed
 *         while (wm_bench_next(b))
 *             wm_keep(validate(token));
 *     }
 *     WM_BENCH("ValidateToken", bench_validate);
 *
 * `waymark bench --app FILE.so --bench ValidateToken` runs it. It may run on several threads at
 * one time, each with a wm_bench of its own. */

struct wm_bench;
typedef void wm_bench_fn(struct wm_bench *bench);
/* At file scope. The name is a string literal. */
#define WM_BENCH(name, function) WM_PRIVATE_BENCH(name, function, __COUNTER__)

/* True once for each iteration. `bench` is a variable of the caller's, mostly the function's own
 * parameter: it is changed, since it carries the count, so that the loop costs a subtraction and a
 * compare in a register, whatever the loop's body calls. */
#define wm_bench_next(bench) wm_private_next(&(bench))
/* How many iterations there will be, for who prepares something for each of them. */
uint64_t wm_bench_iterations(const struct wm_bench *bench);
/* What follows is neither timed nor counted nor sampled, until it is resumed. A pair of them takes
 * some 0.1 us of real time; what it leaves in the measurement is subtracted. A loop that ends
 * paused is refused: what comes after the loop is not timed anyway. */
void wm_bench_pause(struct wm_bench *bench);
void wm_bench_resume(struct wm_bench *bench);
/* One more column of the result, such as 17.5 "hits/op"; the last value of a unit counts, and of
 * several threads the mean. Eight units at most, each of at most 31 bytes without a space: others
 * are counted and told. */
void wm_bench_metric(struct wm_bench *bench, double value, const char *unit);

/* The value counts as used, so that computing it is not optimized away. */
#ifdef __cplusplus
#define wm_keep(value) wm_private_keep((value))
#else
#define wm_keep(value) __asm__ volatile("" : : "g"((value)))
#endif

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
    __extension__ uint32_t visits[]; /* C++ has no word for it */
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

struct wm_bench_entry {
    const char *name;
    wm_bench_fn *function;
    const char *file;
    uint32_t line;
    struct wm_bench_entry *next;
};
void wm_bench_register(struct wm_bench_entry *entry);
/* The next iterations: `bench` with their number in its upper 16 bits; none: the loop is over. */
struct wm_bench *wm_bench_more(struct wm_bench *bench);

/* User space ends below 2^47, which leaves room for a count above a pointer: unlike a counter in
 * memory, it stays in a register across calls of what is measured. */
#define WM_PRIVATE_ONE ((uintptr_t)1 << 48)
static inline int wm_private_next(struct wm_bench **bench)
{
    uintptr_t state = (uintptr_t)*bench;
    if (__builtin_expect(state < WM_PRIVATE_ONE, 0)) {
        state = (uintptr_t)wm_bench_more(*bench);
        if (state < WM_PRIVATE_ONE)
            return 0;
    }
    *bench = (struct wm_bench *)(state - WM_PRIVATE_ONE);
    return 1;
}

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

/* Takes the semicolon behind a macro at file scope, in a namespace too. */
#ifdef __cplusplus
#define WM_PRIVATE_END static_assert(true, "")
#else
#define WM_PRIVATE_END _Static_assert(1, "")
#endif

#define WM_PRIVATE_ENTRY(name, function, async)                                                    \
    WM_PRIVATE_ENTRY2(name, function, async, __COUNTER__)
#define WM_PRIVATE_ENTRY2(name, function, async, unique)                                           \
    static struct wm_entry WM_PRIVATE_JOIN(wm_private_entry_, unique) = {                          \
        name, function, __FILE__, __LINE__, async, NULL};                                          \
    __attribute__((constructor)) static void WM_PRIVATE_JOIN(wm_private_enter_, unique)(void)      \
    {                                                                                              \
        wm_entry_register(&WM_PRIVATE_JOIN(wm_private_entry_, unique));                            \
    }                                                                                              \
    WM_PRIVATE_END

#define WM_PRIVATE_BENCH(name, function, unique) WM_PRIVATE_BENCH2(name, function, unique)
#define WM_PRIVATE_BENCH2(name, function, unique)                                                  \
    static struct wm_bench_entry WM_PRIVATE_JOIN(wm_private_bench_, unique) = {                    \
        name, function, __FILE__, __LINE__, NULL};                                                 \
    __attribute__((constructor)) static void WM_PRIVATE_JOIN(wm_private_add_bench_, unique)(void)  \
    {                                                                                              \
        wm_bench_register(&WM_PRIVATE_JOIN(wm_private_bench_, unique));                            \
    }                                                                                              \
    WM_PRIVATE_END

extern struct wm_site __start_wm_sites[] __attribute__((weak, visibility("hidden")));
extern struct wm_site __stop_wm_sites[] __attribute__((weak, visibility("hidden")));

__attribute__((constructor(101))) static void wm_private_register_sites(void)
{
    if (__start_wm_sites != NULL)
        wm_sites_register(__start_wm_sites, __stop_wm_sites);
}

#ifdef __cplusplus
}
template <typename T> inline __attribute__((always_inline)) void wm_private_keep(const T &value)
{
    __asm__ volatile("" : : "rm"(value));
}
#endif

#endif
