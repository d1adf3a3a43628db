/* support.h - what tests share: temporary folders, files, goldens. Failures end the test. */
#ifndef WM_TESTS_SUPPORT_H
#define WM_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Makes a new empty folder below $TMPDIR or /tmp; free() the name. */
char *wm_test_folder(void);
/* Removes a folder that wm_test_folder made, with all in it, and frees the name. */
void wm_test_folder_remove(char *folder);
/* Writes `content` to folder/name; returns the whole name; free() it. */
char *wm_test_file(const char *folder, const char *name, const char *content);
/* The whole content of a file with a NUL behind it; free() it. */
char *wm_test_read(const char *name);
/* The folder `../shared/<name>` of the checkout, if it is there ($WM_SHARED, set by ctest); free()
 * it. Otherwise the test is skipped. */
char *wm_test_shared(const char *name);
/* Fails unless `text` equals the file tests/golden/<name> ($WM_GOLDEN, set by ctest);
 * WM_UPDATE_GOLDEN=1 rewrites it. */
void wm_test_golden(const char *name, const char *text);
/* This thread, and threads that it starts, use the machine's first `most` CPUs from now on, of
 * those that the process had at the first call. */
void wm_test_use_cpus(size_t most);
/* Skips the test where the process has but one CPU: it could not tell threads from one. */
void wm_test_needs_cpus(void);

#endif
