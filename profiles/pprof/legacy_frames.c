/* legacy_frames.c - frames in old profiles that tell of the profiler alone: told by name, or found
 * by being everywhere. */
#include "profiles/pprof/legacy.h"

#include "harness/core/text.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    HANDLER_FRAMES_MAX = 2,
    LIKE_SAMPLES = 32, /* one sample of so many may be different */
};

/* Expressions of names; a profile of one of these kinds says so by its first two types. */
static const char *const allocators[] = {
    "(do_|tc_|)memalign",
    "(__|tc_|)posix_memalign",
    "(tc_|)c?free",
    "(tc_|)(c|m|pv|re|v)alloc",
    "tc_(new|delete)(array|)",
    "tc_new(array|)_nothrow",
    "malloc_zone_(c|m|re|v)alloc",
    "malloc_zone_(memalign|free)",
    "operator new(\\[\\]|)",
    "__builtin_(vec_|)(new|delete)",
    "__libc_malloc",
    "tcmalloc::.*",
    "(::|)do_malloc(_no_errno|_pages|)",
    "allocate",
    "_M_allocate",
    "cpp_alloc",
    "(__malloc_alloc_template|simple_alloc|__gnu_cxx::new_allocator)::allocate",
    "DoSampledAllocation",
    "MallocedMemBlock::MallocedMemBlock",
    "BaseArena::.*",
    "runtime\\..*",
    NULL,
};
static const char *const kept_allocators[] = {
    "runtime\\.call[0-9]*",
    "runtime\\.(panic|reflectcall)",
    NULL,
};
static const char *const lockers[] = {
    "(base::|)(RecordLockProfileData|SubmitMutexProfileData|SubmitSpinLockProfileData).*",
    "((base::|)Mutex::|)(AwaitCommon|Unlock|ReaderUnlock).*",
    "((base::|)MutexLock::|)~MutexLock.*",
    "(SpinLock::|)(Slow|)Unlock.*",
    "(SpinLockHolder::|)~SpinLockHolder.*",
    NULL,
};
static const char *const handlers[] = {
    "ProfileData::(Add|prof_handler)",
    "CpuProfiler::prof_handler",
    "__pthread_sighandler",
    "__restore",
    NULL,
};

static const struct {
    const char *types[2];
    const char *const *drop, *const *keep;
} kinds[] = {
    {{"objects", "space"},             allocators, kept_allocators},
    {{"alloc_objects", "alloc_space"}, allocators, kept_allocators},
    {{"contentions", "delay"},         lockers,    NULL           },
    {{NULL, NULL},                     handlers,   NULL           },
};

static int add_alternatives(struct wm_legacy *legacy, const char *const *names,
                            uint32_t *ret_string)
{
    struct wm_text text;
    if (names == NULL)
        return 0;
    wm_text_init(&text);
    for (size_t i = 0; names[i] != NULL; i++)
        wm_text_addf(&text, "%s%s", i > 0 ? "|" : "", names[i]);
    int64_t string = text.failed ? -ENOMEM : wm_profile_string(legacy->profile, text.data);
    wm_text_done(&text);
    if (string < 0)
        return wm_legacy_failed(legacy, (int)string);
    *ret_string = (uint32_t)string;
    return 0;
}

int wm_legacy_set_frames(struct wm_legacy *legacy)
{
    struct wm_profile *profile = legacy->profile;
    size_t kind = 0;
    for (; kinds[kind].types[0] != NULL; kind++) {
        bool is_it = profile->sample_type_count >= 2;
        for (size_t i = 0; is_it && i < 2; i++)
            is_it = strcmp(wm_profile_text(profile, profile->sample_types[i].type),
                           kinds[kind].types[i]) == 0;
        if (is_it)
            break;
    }
    int rc = add_alternatives(legacy, kinds[kind].drop, &profile->drop_frames);
    return rc == 0 ? add_alternatives(legacy, kinds[kind].keep, &profile->keep_frames) : rc;
}

/* Of a sample's stack, the frame above the leaf goes. */
static void drop_second(struct wm_profile *profile, struct wm_profile_sample *sample)
{
    const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
    wm_sample_set_frame(stack, 1, wm_sample_frame(stack, 0));
    sample->first_location++;
    sample->location_count--;
}

void wm_legacy_drop_repeated_leaves(struct wm_legacy *legacy)
{
    struct wm_profile *profile = legacy->profile;
    for (size_t i = 0; i < profile->sample_count; i++) {
        struct wm_profile_sample *sample = &profile->samples[i];
        const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
        if (sample->location_count > 1 &&
            profile->locations[wm_sample_frame(stack, 0)].address ==
                profile->locations[wm_sample_frame(stack, 1)].address + 1)
            drop_second(profile, sample);
    }
}

/* The location that is above the leaf in nearly all samples; UINT32_MAX: none is. */
static uint32_t find_handler(const struct wm_profile *profile, uint32_t *counts)
{
    const size_t enough = profile->sample_count - profile->sample_count / LIKE_SAMPLES;
    memset(counts, 0, profile->location_count * sizeof(counts[0]));
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        if (sample->location_count < 2)
            continue;
        uint32_t second = wm_sample_frame(wm_sample_stack(profile, sample), 1);
        if (++counts[second] >= enough)
            return second;
    }
    return UINT32_MAX;
}

int wm_legacy_drop_handler_frames(struct wm_legacy *legacy)
{
    struct wm_profile *profile = legacy->profile;
    uint32_t *counts = calloc(profile->location_count + 1, sizeof(*counts));
    if (counts == NULL)
        return wm_legacy_failed(legacy, -ENOMEM);
    for (int round = 0; round < HANDLER_FRAMES_MAX; round++) {
        uint32_t handler = find_handler(profile, counts);
        for (size_t i = 0; handler != UINT32_MAX && i < profile->sample_count; i++) {
            struct wm_profile_sample *sample = &profile->samples[i];
            if (sample->location_count > 1 &&
                wm_sample_frame(wm_sample_stack(profile, sample), 1) == handler)
                drop_second(profile, sample);
        }
    }
    free(counts);
    return 0;
}
