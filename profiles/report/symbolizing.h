/* symbolizing.h - names for what a profile has addresses of only, from the binaries of this
 * machine.
 *
 * What `go tool pprof` does between merging profiles and dropping frames, and by its rules: which
 * mappings are asked about, what is replaced, which flags are set, how names are demangled
 * (google/pprof's internal/symbolizer of Go 1.19.8). README.md says where this differs. */
#ifndef WM_REPORT_SYMBOLIZING_H
#define WM_REPORT_SYMBOLIZING_H

#include "harness/core/text.h"
#include "profiles/pprof/profile.h"
#include "profiles/symbols/demangle.h"
#include "profiles/symbols/server.h"

#include <stdbool.h>

struct wm_symbolizing {
    bool off;     /* no look-up, no demangling */
    bool look_up; /* binaries are asked */
    bool fast;    /* symbol tables alone: no files, lines and inlined functions */
    bool force;   /* also what has names already */
    bool mangled; /* names stay as the linker has them */
    enum wm_demangle_style style;
    wm_debug_server_progress
        *progress; /* while a server is waited for; NULL: nobody wants to know */
    void *user;
};

/* What the value of -symbolize asks for: words joined by ':'; NULL is "". A word that is none gets
 * a line in `notes`, as does "remote". */
struct wm_symbolizing wm_symbolizing_read(const char *words, struct wm_text *notes);

/* Gives `profile` the names. What could not be found is told in `notes`, a line for each binary.
 * -ENOMEM. */
WM_MUST_USE int wm_symbolizing_apply(const struct wm_symbolizing *how, struct wm_profile *profile,
                                     struct wm_text *notes);

#endif
