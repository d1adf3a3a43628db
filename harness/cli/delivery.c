/* delivery.c - a result is never held whole if it is long. */
#include "harness/cli/delivery.h"

#include "harness/cli/print.h"

#include <errno.h>

int wm_delivery_send(struct wm_delivery *delivery, struct wm_text *text, struct wm_error *err)
{
    int rc = 0;
    if (delivery->name == NULL) {
        rc = wm_print_result(text, err);
        wm_text_clear(text);
        return rc;
    }
    if (text->failed)
        return wm_fail(err, -ENOMEM, "no memory for the result");
    if (delivery->file == NULL)
        rc = wm_file_create(delivery->name, &delivery->file, err);
    if (rc == 0) /* errors are told when it is committed */
        fwrite(text->data, 1, text->length, wm_file_stream(delivery->file));
    wm_text_clear(text);
    return rc;
}

int wm_delivery_commit(struct wm_delivery *delivery, struct wm_error *err)
{
    struct wm_file *file = delivery->file;
    delivery->file = NULL;
    return file != NULL ? wm_file_commit(file, err) : 0;
}

void wm_delivery_done(struct wm_delivery *delivery)
{
    wm_file_discard(delivery->file);
    delivery->file = NULL;
}
