/* machine.h - what a run was measured on. */
#ifndef WM_CLI_MACHINE_H
#define WM_CLI_MACHINE_H

#include "harness/core/error.h"
#include "profiles/runs/run.h"

/* Fills run->machine: CPU model, cores, memory, kernel. What cannot be found out is left out. */
WM_MUST_USE int wm_machine_describe(struct wm_run *run);
enum { WM_MACHINE_CPU_BYTES = 512 };
/* The CPU's model; "" unknown. */
void wm_machine_cpu(char text[WM_MACHINE_CPU_BYTES]);

#endif
