/* mix.c - libFuzzer: any bytes as a mix, from which requests are drawn. */
#include "workloads/mix.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DRAWS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_rows(const struct wm_mix *mix)
{
    double shares = 0;
    require(wm_mix_row_count(mix) > 0);
    for (size_t row = 0; row < wm_mix_row_count(mix); row++) {
        const char *entry = wm_mix_entry(mix, row);
        require(entry[0] != '\0' && wm_mix_line(mix, row) > 1);
        require(wm_mix_share(mix, row) >= 0);
        shares += wm_mix_share(mix, row);
        (void)wm_mix_expect_met(mix, row, &entry, 1, wm_mix_expect(mix, row));
    }
    require(shares > 0.999 && shares < 1.001);
}

/* One request by its seed and index alone, whatever was drawn before. */
static void check_draws(const struct wm_mix *mix)
{
    struct wm_mix_scratch *scratch = NULL;
    struct wm_work work;
    uint64_t hashes[DRAWS];
    require(wm_mix_scratch_new(mix, &scratch) == 0);
    for (uint64_t i = 0; i < DRAWS; i++) {
        require(wm_mix_draw(mix, 1, i * i, scratch, &work) == 0);
        require(work.row < wm_mix_row_count(mix) && work.field_count <= WM_WORK_FIELD_MAX);
        hashes[i] = wm_work_hash(&work);
    }
    for (uint64_t i = DRAWS; i-- > 0;) {
        require(wm_mix_draw(mix, 1, i * i, scratch, &work) == 0);
        require(wm_work_hash(&work) == hashes[i]);
    }
    wm_mix_scratch_free(scratch);
}

static void read_whole(int fd)
{
    char name[40];
    struct wm_mix *mix = NULL;
    struct wm_error err = {0};
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    if (wm_mix_read(name, &mix, &err) < 0) {
        require(mix == NULL && err.text[0] != '\0');
        return;
    }
    check_rows(mix);
    check_draws(mix);
    wm_mix_free(mix);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("mix", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    read_whole(fd);
    close(fd);
    return 0;
}
