/* brackets.h - what of a demangled C++ name stands in brackets, left out. */
#ifndef WM_SYMBOLS_BRACKETS_H
#define WM_SYMBOLS_BRACKETS_H

#include <stddef.h>

enum wm_brackets {
    WM_TEMPLATE_ARGUMENTS = 1,
    WM_PARAMETERS = 2, /* with the " const" of a method behind them */
};

/* Copies the name `from` without the brackets that `left_out` names; those of operators, lambdas
 * and "(anonymous namespace)" belong to the name. `to` has room for all of `from`. The length. */
size_t wm_brackets_leave_out(const char *from, unsigned left_out, char *to);

#endif
