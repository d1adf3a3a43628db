/* opener.c - opens a library whose constructor polls and forks, while another thread polls as well:
 * if that has taken notice of the library by then, it waits for the loader, and whoever waits for
 * it in the constructor waits for ever.
 *
 *   opener LIBRARY         exit code 0 */
#include "spin.h"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>

static volatile bool over;

static void *poll_on(void *unused)
{
    while (!over) {
        spin_steps(1000);
        (void)poll(NULL, 0, 0);
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    if (argc != 2 || pthread_create(&thread, NULL, poll_on, NULL) != 0)
        return 3;
    void *library = dlopen(argv[1], RTLD_NOW);
    over = true;
    pthread_join(thread, NULL);
    return library == NULL;
}
