/* accesslog.c - libFuzzer: any bytes as one line and as a whole access log. */
#include "workloads/captures/accessline.h"
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

/* One line in a buffer of its exact size. */
static void parse_alone(const uint8_t *data, size_t size)
{
    char *line = malloc(size > 0 ? size : 1);
    char *text = malloc(size > 0 ? size : 1);
    require(line != NULL && text != NULL);
    if (size > 0)
        memcpy(line, data, size);
    struct wm_access_line parsed;
    enum wm_access_kind kind = wm_access_parse(line, size, &parsed);
    const struct wm_span spans[] = {parsed.request,    parsed.method, parsed.target,
                                    parsed.status,     parsed.bytes,  parsed.referer,
                                    parsed.user_agent, parsed.client};
    for (size_t i = 0; kind != WM_ACCESS_OTHER && i < sizeof(spans) / sizeof(spans[0]); i++) {
        if (spans[i].at == NULL)
            continue;
        require(spans[i].at >= line && spans[i].at + spans[i].length <= line + size);
        require(wm_access_unescape(spans[i], text) <= spans[i].length);
    }
    require(kind != WM_ACCESS_REQUEST || (parsed.method.length > 0 && parsed.target.length > 0));
    free(line);
    free(text);
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
    require(memchr(report.first_skipped_text, '\0', sizeof(report.first_skipped_text)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse_alone(data, size);
    int fd = memfd_create("log", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    import_whole(fd);
    close(fd);
    return 0;
}
