/* fixture.h - what fixture.c tells of its own lines. */
#ifndef WM_TESTS_SYMBOLS_FIXTURE_H
#define WM_TESTS_SYMBOLS_FIXTURE_H

extern const int fixture_inner_start, fixture_inner_call;
extern const int fixture_outer_start, fixture_middle_call;
unsigned fixture_outer(unsigned value);

#endif
