/* calls_other.h - the file with the other function of the same name. */
#ifndef WM_TESTS_APPS_CALLS_OTHER_H
#define WM_TESTS_APPS_CALLS_OTHER_H

#include <stdint.h>

uint64_t wm_test_other_legs(uint64_t value);

#endif
