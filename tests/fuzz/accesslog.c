/* accesslog.c - libFuzzer: any bytes as a whole access log. */
#include "workloads/captures/capture.h"
#include "workloads/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void import_whole(int fd)
{
    /* one writer for all inputs, as making one costs more than an import; it writes nowhere */
    static struct wm_trace_writer *writer;
    struct wm_capture_report report;
    struct wm_error err = {0};
    char name[40];
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    if (writer == NULL)
        require(wm_trace_create("/dev/null", "fuzz", &writer, &err) == 0);
    int rc = wm_capture_import(name, NULL, writer, &report, &err);
    require(rc == 0 ? report.requests > 0 : err.text[0] != '\0');
    require(memchr(report.first_fault, '\0', sizeof(report.first_fault)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("log", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    import_whole(fd);
    close(fd);
    return 0;
}
