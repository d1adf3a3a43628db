/* mix.c - what drawing a request from a mix costs, per kind of mix. */
#include "workloads/mix.h"
#include "harness/core/clock.h"
#include "harness/core/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DRAWS = 2000000, ROUNDS = 5 };

static const struct {
    const char *title;
    const char *text;
} mixes[] = {
    {"one constant row",          "entry,weight,op,sku\nHandleRequest,1,order,17\n"},
    {"four constant rows",        "entry,weight,op,sku\nHandleRequest,70,order,17\n"
                           "HandleRequest,8,order,99\nHandleRequest,20,refund,1\n"
                           "HandleRequest,2,order,1\n"   },
    {"four rows with generators",
     "entry,weight,expect,op,sku,qty,token\n"
     "HandleRequest,70,ProcessOrder:approved,order,{zipf 1.1 1000},{uniform 1 5},valid\n"
     "HandleRequest,8,ProcessOrder:declined,order,{zipf 1.1 1000},99,valid\n"
     "HandleRequest,20,ProcessRefund,refund,{zipf 1.1 1000},1,valid\n"
     "HandleRequest,2,Authenticate:denied,order,1,1,{choice expired|forged}\n"     },
};

/* The least of some rounds, in nanoseconds per request; `ret_hash` keeps the work from being
 * optimized away. */
static double draw_ns(const struct wm_mix *mix, struct wm_mix_scratch *scratch, bool hashed,
                      uint64_t *ret_hash)
{
    double least = 1e9;
    uint64_t sum = 0;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start_ns = wm_clock_now_ns();
        for (uint64_t i = 0; i < DRAWS; i++) {
            struct wm_work work;
            if (wm_mix_draw(mix, 1, i, scratch, &work) < 0)
                return -1;
            sum += hashed ? wm_work_hash(&work) : work.row;
        }
        double each_ns = (double)(wm_clock_now_ns() - start_ns) / DRAWS;
        least = each_ns < least ? each_ns : least;
    }
    *ret_hash += sum;
    return least;
}

static int measure(const char *name, const char *title, const char *text)
{
    struct wm_mix *mix = NULL;
    struct wm_mix_scratch *scratch = NULL;
    struct wm_error err = {{0}, {0}};
    uint64_t hash = 0;
    int rc = wm_file_write(name, text, strlen(text), &err);

    if (rc == 0)
        rc = wm_mix_read(name, &mix, &err);
    if (rc == 0)
        rc = wm_mix_scratch_new(mix, &scratch);
    if (rc == 0) {
        double plain_ns = draw_ns(mix, scratch, false, &hash);
        double hashed_ns = draw_ns(mix, scratch, true, &hash);
        printf("%-28s %6.1f ns a draw, %6.1f ns with its hash  (%016llx)\n", title, plain_ns,
               hashed_ns, (unsigned long long)hash);
    } else {
        fprintf(stderr, "%s: %s\n", err.place, err.text);
    }
    wm_mix_scratch_free(scratch);
    wm_mix_free(mix);
    unlink(name);
    return rc;
}

int main(void)
{
    char folder[] = "/tmp/waymark-bench-XXXXXX";
    int rc = 0;

    if (mkdtemp(folder) == NULL) {
        perror(folder);
        return 1;
    }
    char *name = wm_file_join_dup(folder, "mix.csv");
    if (name == NULL)
        rc = -1;
    for (size_t i = 0; i < sizeof(mixes) / sizeof(mixes[0]) && rc == 0; i++)
        rc = measure(name, mixes[i].title, mixes[i].text);
    free(name);
    rmdir(folder);
    return rc < 0 ? 1 : 0;
}
