/* main.c - waymark: the command line. */
#include "harness/cli/commands.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* Without this a file of ours would become what was meant for people to read. Results that nobody
 * can read are an error, so standard output cannot be written to; notes may be unwanted. */
static void open_standard_files(void)
{
    static const int modes[] = {O_RDONLY, O_RDONLY, O_RDWR};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
            exit(2);
}

int main(int argc, char **argv)
{
    open_standard_files();
    /* A reader that went away, or a full disk's limit, is told as an error of writing. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return wm_commands_main(argc, argv);
}
