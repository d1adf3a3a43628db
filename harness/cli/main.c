/* main.c - waymark: the command line. */
#include "harness/cli/commands.h"

#include <signal.h>

int main(int argc, char **argv)
{
    /* A reader that went away, or a full disk's limit, is told as an error of writing. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return wm_commands_main(argc, argv);
}
