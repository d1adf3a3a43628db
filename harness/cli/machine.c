/* machine.c - what a run was measured on. */
#include "harness/cli/machine.h"

#include "harness/core/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { VALUE_BYTES = WM_MACHINE_CPU_BYTES };

static void find_cpu(char *value)
{
    char line[VALUE_BYTES];
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (file == NULL)
        return;
    while (value[0] == '\0' && fgets(line, sizeof(line), file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", strlen("model name")) != 0 || colon == NULL)
            continue;
        line[strcspn(line, "\n")] = '\0';
        colon += 1 + strspn(colon + 1, " \t");
        snprintf(value, VALUE_BYTES, "%s", colon);
    }
    fclose(file);
}

static void find_cores(char *value)
{
    snprintf(value, VALUE_BYTES, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
}

static void find_memory(char *value)
{
    double bytes = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    if (bytes > 0)
        wm_units_bytes(bytes, value);
}

static void find_kernel(char *value)
{
    struct utsname name;
    if (uname(&name) == 0)
        snprintf(value, VALUE_BYTES, "%s %s", name.sysname, name.release);
}

/* Whether the kernel lets an unprivileged user sample its own system calls. */
static void find_paranoid(char *value)
{
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
    if (file == NULL)
        return;
    if (fgets(value, VALUE_BYTES, file) == NULL)
        value[0] = '\0';
    value[strcspn(value, "\n")] = '\0';
    fclose(file);
}

void wm_machine_cpu(char text[WM_MACHINE_CPU_BYTES])
{
    text[0] = '\0';
    find_cpu(text);
}

int wm_machine_describe(struct wm_run *run)
{
    static const struct {
        const char *key;
        void (*find)(char *value);
    } facts[] = {
        {"cpu",                 find_cpu     },
        {"cores",               find_cores   },
        {"memory",              find_memory  },
        {"kernel",              find_kernel  },
        {"perf_event_paranoid", find_paranoid},
    };
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        char value[VALUE_BYTES] = "";
        facts[i].find(value);
        if (value[0] != '\0' &&
            wm_run_add_setting(run, &run->machine, &run->machine_count, facts[i].key, value) < 0)
            return -ENOMEM;
    }
    return 0;
}
