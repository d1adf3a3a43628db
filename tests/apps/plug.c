/* plug.c - a library that others open at run time; $PLUG_NUMBER tells its copies apart. */
#include "spin.h"

int plug_work(uint64_t steps);

/* Works a little and says which copy it is. */
int plug_work(uint64_t steps)
{
    spin_steps(steps);
    return PLUG_NUMBER;
}
